"""pybit's HTTP objects: one for each thread and key, set up so that every refusal comes out.

pybit repeats calls by itself, POSTs too, and then hides the code (reference §8). One try and a
retry set holding a code that never occurs turn that off. Two methods are overridden: the time that
a request is signed with is the caller's (ADR 0003), and an RSA key is parsed once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

import requests
from pybit.exceptions import FailedRequestError, InvalidRequestError
from pybit.unified_trading import HTTP
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from core.secrets_filter import remember, scrub_text
from core.settings import Settings
from exchange.classify import error_of, http_error
from exchange.outcomes import ExchangeError, Unreachable
from exchange.rsa_keys import RsaSigner, is_private_key
from exchange.types import ExchangeEnvironment

_NO_SUCH_CODE = -1
_SESSIONS_PER_THREAD = 64
_CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Credentials:
    """An API key pair; `api_secret` is Bybit's, or an RSA private key in PEM. Its repr shows
    nothing."""

    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        remember(self.api_key, self.api_secret)

    @property
    def signs_with_rsa(self) -> bool:
        return is_private_key(self.api_secret)


@dataclass(frozen=True, slots=True)
class GatewayOptions:
    """How to reach the exchange; the same for all accounts of a process."""

    sandbox_url: str | None = None
    timeout_seconds: float = 5.0
    recv_window_ms: int = 5000
    batch_size_derivatives: int = 10
    batch_size_spot: int = 10
    slippage_tolerance_percent: Decimal | None = Decimal(1)
    instruments_ttl_seconds: int = 600
    address_budget: int = 550
    use_streams: bool = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        return cls(
            sandbox_url=settings.sandbox_url,
            timeout_seconds=settings.exchange_timeout_seconds,
            recv_window_ms=settings.recv_window_ms,
            batch_size_derivatives=settings.batch_size_derivatives,
            batch_size_spot=settings.batch_size_spot,
            slippage_tolerance_percent=Decimal(settings.slippage_tolerance_percent) or None,
            instruments_ttl_seconds=settings.instruments_ttl_seconds,
            address_budget=settings.address_budget,
            use_streams=settings.use_streams,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: the whole envelope and its headers."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]

    @property
    def result(self) -> Mapping[str, Any]:
        result = self.body.get("result")
        return result if isinstance(result, Mapping) else {}


class StampedHTTP(HTTP):  # type: ignore[misc] # pybit is untyped
    """pybit's client, but the caller says which time a request is signed with.

    pybit takes the time at the last moment. A worker frozen between its lease check and that
    moment would sign a fresh request long after somebody else took its job over; signed with the
    time of the check, the exchange refuses it by `recv_window`.
    """

    stamp_ms: int = 0
    signer: RsaSigner | None = None

    def _auth(self, payload: str, recv_window: int, timestamp: int) -> str:
        if self.signer is None:
            return str(super()._auth(payload, recv_window, timestamp))
        # pybit's own parses the key for each request: tens of milliseconds on an order's way.
        return self.signer.sign(f"{timestamp}{self.api_key}{recv_window}{payload}")

    def _prepare_headers(
        self, payload: Any, recv_window: int, content_type: str = "application/json"
    ) -> dict[str, str]:
        return {
            "Content-Type": content_type,
            "X-BAPI-API-KEY": self.api_key,
            "X-BAPI-SIGN": self._auth(payload, recv_window, self.stamp_ms),
            "X-BAPI-SIGN-TYPE": "2",
            "X-BAPI-TIMESTAMP": str(self.stamp_ms),
            "X-BAPI-RECV-WINDOW": str(recv_window),
        }


def open_session(
    credentials: Credentials | None, environment: ExchangeEnvironment, options: GatewayOptions
) -> StampedHTTP:
    """A pybit client for one key. Raises ValueError for the sandbox without its address."""
    if environment is ExchangeEnvironment.SANDBOX and not options.sandbox_url:
        raise ValueError("EBB_SANDBOX_URL is not set: there is no sandbox exchange to talk to")
    client = StampedHTTP(
        testnet=environment is ExchangeEnvironment.TESTNET,
        demo=environment is ExchangeEnvironment.DEMO,
        api_key=credentials.api_key if credentials else None,
        api_secret=credentials.api_secret if credentials else None,
        rsa_authentication=credentials is not None and credentials.signs_with_rsa,
        timeout=options.timeout_seconds,
        recv_window=options.recv_window_ms,
        max_retries=1,
        retry_codes={_NO_SUCH_CODE},
        return_response_headers=True,
    )
    if credentials is not None and credentials.signs_with_rsa:
        client.signer = RsaSigner(credentials.api_secret)
    if environment is ExchangeEnvironment.SANDBOX:
        client.endpoint = options.sandbox_url
    # The environment's proxies, read once instead of before each call; no .netrc.
    client.client.proxies = get_environ_proxies(client.endpoint)
    client.client.trust_env = False
    return client


class _Clients(threading.local):
    """This thread's clients by key; the oldest go first."""

    def __init__(self) -> None:
        self.by_key: OrderedDict[tuple[ExchangeEnvironment, str], StampedHTTP] = OrderedDict()


class ThreadSessions:
    """A client for each thread and key, and below them connections that all share: whoever calls
    next finds a warm one, whatever account the last call was for."""

    def __init__(self) -> None:
        self._local = _Clients()
        self._connections = HTTPAdapter(pool_connections=8, pool_maxsize=_CONNECTIONS)

    def close(self) -> None:
        """Close the idle connections; they open again when needed."""
        self._connections.close()

    def get(
        self,
        credentials: Credentials | None,
        environment: ExchangeEnvironment,
        options: GatewayOptions,
    ) -> StampedHTTP:
        key = (environment, credentials.api_key if credentials else "")
        clients = self._local.by_key
        client = clients.get(key)
        if client is None or (credentials and client.api_secret != credentials.api_secret):
            client = open_session(credentials, environment, options)
            for scheme in ("https://", "http://"):
                client.client.mount(scheme, self._connections)
            clients[key] = client
        clients.move_to_end(key)
        while len(clients) > _SESSIONS_PER_THREAD:
            # Not closed: the connections are everybody's.
            clients.popitem(last=False)
        return client


def call(method: Callable[..., Any], **parameters: Any) -> Answer:
    """Make one call through pybit; every failure comes out as an ExchangeError.

    The original exception is cut off: pybit's and requests' texts hold the request.
    """
    failure: ExchangeError
    try:
        body, _elapsed, headers = method(**parameters)
    except InvalidRequestError as error:
        code, message = int(error.status_code or 0), _own_text(error.message)
        failure = error_of(code, message, error.resp_headers)
    except FailedRequestError as error:
        # Transport faults of pybit's own carry no headers; HTTP errors do.
        failure = (
            Unreachable(0, "no usable answer")
            if error.resp_headers is None
            else http_error(int(error.status_code), error.resp_headers)
        )
    except (requests.RequestException, OSError) as error:
        failure = Unreachable(0, type(error).__name__)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        # An answer that is no envelope at all.
        failure = Unreachable(0, f"unreadable answer ({type(error).__name__})")
    else:
        if not isinstance(body, Mapping):
            raise Unreachable(0, "unreadable answer")
        return Answer(body, headers)
    raise failure from None


def _own_text(message: object) -> str:
    """Bybit's own words, without what pybit adds."""
    return scrub_text(str(message)).partition(" (ErrCode:")[0]
