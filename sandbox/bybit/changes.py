"""What the engine tells as it happens, for the private streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sandbox.bybit.account import Account, Execution, Order, Position

# The wallet belongs to the account itself and has no object of its own.
Subject = Order | Execution | Position | Literal["wallet"]
Listener = Callable[[Account, Subject], None]


class Changes:
    """Listeners are called at once, in order. Subjects go on changing: a listener that wants to
    keep what it saw copies it."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def tell(self, account: Account, *subjects: Subject) -> None:
        for listener in self._listeners:
            for subject in subjects:
                listener(account, subject)
