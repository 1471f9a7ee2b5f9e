"""How much one client may send."""

from __future__ import annotations


class Allowance:
    """So many within so many seconds, counted anew after each."""

    __slots__ = ("_began", "_most", "_seconds", "_used")

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._began = float("-inf")
        self._used = 0

    def take(self, now: float) -> bool:
        """Use one; whether there was one left."""
        if now - self._began >= self._seconds:
            self._began, self._used = now, 0
        self._used += 1
        return self._used <= self._most
