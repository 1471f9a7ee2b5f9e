"""Which sign-ins live, as this process remembers it for a few seconds."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app

from core import clock

_SECONDS = 4.0
_ROOM = 20_000


class LivingSignIns:
    """Spares a poll the question to the database. One that ended elsewhere is refused here as soon
    as what is remembered of it is too old; a sign-in that ended never lives again. Safe to share
    between threads."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, bool]] = {}

    def lives(self, sign_in: str, ask: Callable[[], bool]) -> bool:
        """Whether it lives; asks where nothing fresh is remembered."""
        now = clock.monotonic()
        asked, lives = self._known.get(sign_in, (now - _SECONDS, False))
        if now - asked < _SECONDS:
            return lives
        lives = ask()
        if len(self._known) >= _ROOM:
            self._known = {}
        # As of before the question: it may have ended while it was being answered.
        self._known[sign_in] = (now, lives)
        return lives

    def forget(self, *sign_ins: object) -> None:
        """What ended here is refused here at once."""
        for sign_in in sign_ins:
            self._known.pop(str(sign_in), None)

    def forget_all(self) -> None:
        """As after a start."""
        self._known = {}


def living() -> LivingSignIns:
    """What this process remembers of sign-ins."""
    found: LivingSignIns = current_app.extensions["living_sign_ins"]
    return found
