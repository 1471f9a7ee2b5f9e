"""The private streams of accounts whose jobs are under way: a hint that something happened.

What happened is asked by a look-up all the same: messages come twice, late, or not at all. A stream
that can't be opened, or breaks, costs nothing but the hint.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from pybit.unified_trading import WebSocket

from core.logs import get_logger
from exchange.credentials import Credentials
from exchange.pacing import account_key
from exchange.session import GatewayOptions
from exchange.types import ExchangeEnvironment

log = get_logger(__name__)

_KEEP = 32
_AUTH_SECONDS = 10


class _Stream(WebSocket):  # type: ignore[misc] # pybit is untyped
    """pybit's stream, to an address of ours where the exchange is the sandbox."""

    def __init__(self, address: str | None, **options: Any) -> None:
        self._address = address
        try:
            super().__init__("private", **options)
        finally:
            # Signed in, and never again: a stream that breaks is not connected anew.
            self.api_key = self.api_secret = None

    def _connect(self, url: str) -> None:
        super()._connect(self._address or url)


class News:
    """What one account's stream told since the last `forget`."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.stream: _Stream | None = None

    def hear(self, message: Mapping[str, object]) -> None:
        """Any message of the stream; what has a topic is news, the rest answers to us."""
        if "topic" in message:
            self._event.set()

    def forget(self) -> None:
        self._event.clear()

    def wait(self, seconds: float) -> bool:
        """True as soon as something happened, False when the time is up."""
        return self._event.wait(seconds)

    @property
    def is_live(self) -> bool:
        return self.stream is not None and bool(self.stream.is_connected())


class Streams:
    """The streams of a process; the ones used longest ago are closed."""

    def __init__(self, options: GatewayOptions) -> None:
        self._options = options
        self._news: OrderedDict[str, News] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, credentials: Credentials, environment: ExchangeEnvironment) -> News:
        """The account's news. The stream is opened beside; nobody waits for it."""
        gone: list[News] = []
        account = account_key(credentials.api_key)
        with self._lock:
            news = self._news.get(account)
            if news is None or (news.stream is not None and not news.is_live):
                news = self._news[account] = News()
                self._beside(lambda: self._open_or_forget(news, credentials, environment))
            self._news.move_to_end(account)
            while len(self._news) > _KEEP:
                gone.append(self._news.popitem(last=False)[1])
        for old in gone:
            if old.stream is not None:
                self._beside(old.stream.exit)
        return news

    def close(self) -> None:
        """Close them all."""
        with self._lock:
            open_ones, self._news = list(self._news.values()), OrderedDict()
        for news in open_ones:
            if news.stream is not None:
                news.stream.exit()

    def _open_or_forget(
        self, news: News, credentials: Credentials, environment: ExchangeEnvironment
    ) -> None:
        try:
            self._open(news, credentials, environment)
        except Exception:
            # The account's next job tries anew.
            account = account_key(credentials.api_key)
            with self._lock:
                if self._news.get(account) is news:
                    del self._news[account]
            raise

    def _open(self, news: News, credentials: Credentials, environment: ExchangeEnvironment) -> None:
        sandbox = self._options.sandbox_url if environment is ExchangeEnvironment.SANDBOX else None
        stream = _Stream(
            f"{sandbox.replace('http', 'ws', 1)}/v5/private" if sandbox else None,
            testnet=environment is ExchangeEnvironment.TESTNET,
            demo=environment is ExchangeEnvironment.DEMO,
            api_key=credentials.api_key,
            api_secret=credentials.api_secret,
            rsa_authentication=credentials.signs_with_rsa,
            # With one, pybit gives up even where that one succeeded.
            retries=2,
            # A broken one is opened again when it is next needed.
            restart_on_error=False,
            private_auth_expire=_AUTH_SECONDS,
            # pybit's own handler looks a subscription up that it notes only after sending it, and
            # falls over an answer that is quicker.
            callback_function=news.hear,
        )
        stream.execution_stream(news.hear)
        stream.order_stream(news.hear)
        news.stream = stream

    @staticmethod
    def _beside(act: Callable[[], object]) -> None:
        def quietly() -> None:
            try:
                act()
            except Exception as error:  # noqa: BLE001 - a hint less; pybit raises what it likes
                log.warning("stream.failed", error=type(error).__name__)

        threading.Thread(target=quietly, name="stream", daemon=True).start()
