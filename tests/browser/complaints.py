"""Whatever a page complains about: its console, its uncaught errors, its failed requests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

# A request given up because the screen that asked was left.
_GIVEN_UP = "net::ERR_ABORTED"


@dataclass
class Complaints:
    """Those heard; a test allows what it brings about on purpose."""

    heard: list[str] = field(default_factory=list)
    allowed: list[re.Pattern[str]] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        """Violations of the content security policy come as console errors too."""
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("requestfailed", self._request)

    def allow(self, *patterns: str) -> None:
        self.allowed += [re.compile(pattern) for pattern in patterns]

    def unexpected(self) -> list[str]:
        return [
            text for text in self.heard if not any(pattern.search(text) for pattern in self.allowed)
        ]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            where = message.location.get("url", "")
            self.heard.append(f"console {message.type}: {message.text} {where}")

    def _error(self, error: WebError) -> None:
        self.heard.append(f"uncaught: {error.error}")

    def _request(self, request: Request) -> None:
        if request.failure != _GIVEN_UP:
            self.heard.append(f"failed: {request.method} {request.url} {request.failure}")
