"""The main bot's username, for links to its chat."""

from __future__ import annotations

import threading

from flask import Flask, current_app

from core import clock
from core.logs import get_logger
from core.problems import Problem
from core.settings import Settings
from telegram.bot_api import BotApi, BotApiError

log = get_logger(__name__)
_AGAIN_AFTER = 60.0


class BotName:
    """Telegram is asked once a process. Safe to share between threads."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._known: str | None = None
        self._lock = threading.Lock()
        self._asked: threading.Event | None = None
        self._again_at = clock.monotonic()

    def within(self, seconds: float) -> str | None:
        """Without the @; None if Telegram is away, which is then left alone for a minute, or says
        nothing so soon."""
        if self._known is None:
            self._begun().wait(seconds)
        return self._known

    def now(self) -> str:
        """Raises Problem (502) `telegram_unreachable`."""
        if self._known is None:
            try:
                self._known = self._api.get_me().username
            except BotApiError:
                raise Problem("telegram_unreachable", 502) from None
        return self._known

    def _begun(self) -> threading.Event:
        """Set once the latest question has its answer."""
        with self._lock:
            if self._asked is None or (
                self._asked.is_set() and clock.monotonic() >= self._again_at
            ):
                self._asked = threading.Event()
                asking = threading.Thread(target=self._ask, args=(self._asked,), daemon=True)
                asking.start()
            return self._asked

    def _ask(self, asked: threading.Event) -> None:
        try:
            self.now()
        except Problem:
            self._again_at = clock.monotonic() + _AGAIN_AFTER
            log.warning("bot_name.not_known")
        finally:
            asked.set()


def register(app: Flask, settings: Settings) -> None:
    """The main bot of this process."""
    api = BotApi(settings.bot_tokens[0], settings.telegram_api_url)
    app.extensions["bot_name"] = BotName(api)


def bot_name() -> BotName:
    found: BotName = current_app.extensions["bot_name"]
    return found
