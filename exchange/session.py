"""pybit's HTTP objects: one for each thread and exchange, set up so that every refusal comes out.

pybit repeats calls by itself, POSTs too, and then hides the code (reference §8). One try and a
retry set holding a code that never occurs turn that off. One method is overridden: what a request
is signed with, and which time it says, are the caller's (ADR 0003). So a client holds a key only
while a call is under way (ADR 0009).
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Self

import requests
from pybit.exceptions import FailedRequestError, InvalidRequestError
from pybit.unified_trading import HTTP
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from core.secrets_filter import scrub_text
from core.settings import Settings
from exchange.classify import error_of, http_error
from exchange.credentials import SigningKey
from exchange.outcomes import ExchangeError, Unreachable
from exchange.types import ExchangeEnvironment

_NO_SUCH_CODE = -1
_CONNECTIONS = 32


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
    """pybit's client, but the caller says whose key signs a request, and with which time.

    pybit takes the time at the last moment. A worker frozen between its lease check and that
    moment would sign a fresh request long after somebody else took its job over; signed with the
    time of the check, the exchange refuses it by `recv_window`.
    """

    stamp_ms: int = 0
    key: SigningKey | None = None

    @contextmanager
    def signing(self, key: SigningKey | None, stamp_ms: int) -> Iterator[Self]:
        """Sign with this key and time inside; afterwards the client knows no key."""
        self.key, self.stamp_ms = key, stamp_ms
        try:
            yield self
        finally:
            self.key = None

    def _prepare_headers(
        self, payload: Any, recv_window: int, content_type: str = "application/json"
    ) -> dict[str, str]:
        if self.key is None:
            raise PermissionError("this call needs a key")
        return {
            "Content-Type": content_type,
            "X-BAPI-API-KEY": self.key.api_key,
            "X-BAPI-SIGN": self.key.sign(
                f"{self.stamp_ms}{self.key.api_key}{recv_window}{payload}"
            ),
            "X-BAPI-SIGN-TYPE": "2",
            "X-BAPI-TIMESTAMP": str(self.stamp_ms),
            "X-BAPI-RECV-WINDOW": str(recv_window),
        }


def open_session(environment: ExchangeEnvironment, options: GatewayOptions) -> StampedHTTP:
    """A pybit client for one exchange. Raises ValueError for the sandbox without its address."""
    if environment is ExchangeEnvironment.SANDBOX and not options.sandbox_url:
        raise ValueError("EBB_SANDBOX_URL is not set: there is no sandbox exchange to talk to")
    client = StampedHTTP(
        testnet=environment is ExchangeEnvironment.TESTNET,
        demo=environment is ExchangeEnvironment.DEMO,
        timeout=options.timeout_seconds,
        recv_window=options.recv_window_ms,
        max_retries=1,
        retry_codes={_NO_SUCH_CODE},
        return_response_headers=True,
    )
    if environment is ExchangeEnvironment.SANDBOX:
        client.endpoint = options.sandbox_url
    # The environment's proxies, read once instead of before each call; no .netrc.
    client.client.proxies = get_environ_proxies(client.endpoint)
    client.client.trust_env = False
    # A cookie that came with one account's answer must not go out with another's request.
    client.client.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return client


class _Clients(threading.local):
    """This thread's clients."""

    def __init__(self) -> None:
        self.by_exchange: dict[ExchangeEnvironment, StampedHTTP] = {}


class ThreadSessions:
    """A client for each thread and exchange, and below them connections that all share: whoever
    calls next finds a warm one, whatever account the last call was for."""

    def __init__(self) -> None:
        self._local = _Clients()
        self._connections = HTTPAdapter(pool_connections=8, pool_maxsize=_CONNECTIONS)

    def close(self) -> None:
        """Close the idle connections; they open again when needed."""
        self._connections.close()

    def get(self, environment: ExchangeEnvironment, options: GatewayOptions) -> StampedHTTP:
        clients = self._local.by_exchange
        client = clients.get(environment)
        if client is None:
            client = open_session(environment, options)
            for scheme in ("https://", "http://"):
                client.client.mount(scheme, self._connections)
            clients[environment] = client
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
        _let_go(error)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        # An answer that is no envelope at all.
        failure = Unreachable(0, f"unreadable answer ({type(error).__name__})")
    else:
        if not isinstance(body, Mapping):
            raise Unreachable(0, "unreadable answer")
        return Answer(body, headers)
    try:
        raise failure from None
    finally:
        # Else the error, by its traceback, would hold itself and, up the stack, the key.
        del failure


def _let_go(error: BaseException) -> None:
    """Free what was on the stack. A frame of urllib3 holds the error that holds the frame, and with
    it all the callers and their key, until the collector comes by."""
    link: BaseException | None = error
    while link is not None:
        traceback.clear_frames(link.__traceback__)
        link = link.__context__


def _own_text(message: object) -> str:
    """Bybit's own words, without what pybit adds."""
    return scrub_text(str(message)).partition(" (ErrCode:")[0]
