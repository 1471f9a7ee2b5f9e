"""Every answer of the exchange, sorted by what to do about it (reference §6).

Reading raises one of the exceptions below. Placing never raises for an answer about an order: it
returns a `Verdict`, since the caller must write each of them down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class ExchangeError(Exception):
    """Any refusal or silence of the exchange. `code` is Bybit's retCode, 0 where there was none;
    `message` is Bybit's own text, without secrets. `outcome` is its word in the metrics."""

    outcome: ClassVar[str] = "error"

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


class Refused(ExchangeError):
    """The exchange said no to this request for good; `reason` is our word for why."""

    outcome = "refused"

    def __init__(self, code: int, message: str, reason: str) -> None:
        super().__init__(code, message)
        self.reason = reason


class Busy(ExchangeError):
    """Ask again later; `retry_after` seconds from now. `whole_ip` when all calls must stop."""

    outcome = "busy"

    def __init__(
        self, code: int, message: str, retry_after: float, *, whole_ip: bool = False
    ) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after
        self.whole_ip = whole_ip


class Unreachable(ExchangeError):
    """No answer, or one that says nothing (timeout, reset, 5xx, 10000, 10016): a read may simply
    be repeated; after a write, only a look-up tells."""

    outcome = "unreachable"


class AuthProblem(ExchangeError):
    """The key or its permissions: stop, tell the owner. `reason` is a stable word:
    key_invalid, key_permission, key_expired, key_ip_not_bound, key_banned, key_region,
    key_signature, key_not_unified."""

    outcome = "key_refused"

    def __init__(self, code: int, message: str, reason: str) -> None:
        super().__init__(code, message)
        self.reason = reason


class RequestDefect(ExchangeError):
    """The request itself was wrong (10001, 10017, 10404): a defect of ours, alert."""

    outcome = "defect"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The exchange took the order; what became of it comes by look-up."""

    order_id: str


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The id is known at the exchange: look the order up."""

    code: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether the order was taken: only a look-up by id leaves this state."""

    code: int
    message: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The order was refused for good and nothing was executed. `reason` is our word for why."""

    code: int
    message: str
    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """The order was not taken, and may be sent again (same id) after `retry_after` seconds."""

    code: int
    message: str
    retry_after: float


@dataclass(frozen=True, slots=True)
class KeyRefused:
    """The order was not taken since the key may not: stop the job, tell the owner."""

    code: int
    message: str
    reason: str


Verdict = Acknowledged | AlreadyThere | Unknown | Rejected | Later | KeyRefused
