"""The one place that sorts the exchange's answers by what to do about them (reference §6)."""

from __future__ import annotations

from collections.abc import Mapping

from core import clock
from exchange.outcomes import (
    AlreadyThere,
    AuthProblem,
    Busy,
    ExchangeError,
    KeyRefused,
    Later,
    Refused,
    Rejected,
    RequestDefect,
    Unknown,
    Unreachable,
    Verdict,
)

AMBIGUOUS = frozenset({10000, 10016, 170001, 170007, 170032, 170146})
ALREADY_THERE = frozenset({10014, 110072, 170141})
LATER = frozenset({10006, 10019, 10429, 110079, 170005})
CLOCK = 10002
DEFECT = frozenset({10001, 10017, 10404})

KEY_REASONS: Mapping[int, str] = {
    10003: "key_invalid",
    10004: "key_signature",
    10005: "key_permission",
    10007: "key_invalid",
    10008: "key_banned",
    10009: "key_region",
    10024: "key_region",
    10010: "key_ip_not_bound",
    10027: "key_banned",
    10028: "key_not_unified",
    33004: "key_expired",
}

REJECT_REASONS: Mapping[int, str] = {
    **dict.fromkeys((110004, 110007, 110012, 110044, 110045), "insufficient_margin"),
    **dict.fromkeys((110051, 110052, 110053), "insufficient_margin"),
    170131: "insufficient_balance",
    110017: "position_gone",
    **dict.fromkeys((110003, 170132, 170133, 170192, 170193, 170194), "price_out_of_range"),
    **dict.fromkeys((110006, 110021, 110090), "position_limit"),
    **dict.fromkeys((110023, 110042), "reduce_only_contract"),
    **dict.fromkeys((110063, 110066, 110074), "market_closed"),
    **dict.fromkeys((110094, 170140), "below_min_notional"),
    110020: "too_many_orders",
    **dict.fromkeys((10029, 170121), "symbol_unknown"),
    170136: "below_min_qty",
    **dict.fromkeys((170137, 170148), "lot_step"),
    **dict.fromkeys((170124, 170197, 170198, 170381, 170382), "too_large"),
    **dict.fromkeys((170151, 170157, 170210), "api_not_allowed"),
}
OTHER_REFUSAL = "exchange_refused"
MODE_CHANGED = "position_mode_changed"

_BAN_SECONDS = 600.0
_DEFAULT_PAUSE = 1.0
_LONGEST_RESET = 60.0


def reset_after(headers: Mapping[str, str] | None) -> float:
    """Seconds until the limit resets by the answer's header, from 0.05 to 60; 1 without one."""
    text = (headers or {}).get("X-Bapi-Limit-Reset-Timestamp", "")
    if not text.isdigit():
        return _DEFAULT_PAUSE
    seconds = (int(text) - clock.now_ms()) / 1000
    return min(max(seconds, 0.05), _LONGEST_RESET)


def mode_mismatch(message: str) -> bool:
    """Whether a 10001 says that the account's position mode is another than the order's."""
    return "position idx not match position mode" in message.lower()


def error_of(code: int, message: str, headers: Mapping[str, str] | None = None) -> ExchangeError:
    """The exception for a retCode ≠ 0 of a call that places nothing."""
    message = message[:300]
    if code in AMBIGUOUS:
        return Unreachable(code, message)
    if code in LATER:
        return Busy(code, message, reset_after(headers))
    if code == CLOCK:
        # Nothing was taken. The next try has a new timestamp; a wrong clock stays wrong.
        return Busy(code, message, _DEFAULT_PAUSE)
    if code in KEY_REASONS:
        return AuthProblem(code, message, KEY_REASONS[code])
    if code in DEFECT and not mode_mismatch(message):
        return RequestDefect(code, message)
    return Refused(code, message, refusal_reason(code, message))


def refusal_reason(code: int, message: str) -> str:
    """Our word for a refusal for good."""
    if mode_mismatch(message):
        return MODE_CHANGED
    return REJECT_REASONS.get(code, OTHER_REFUSAL)


def http_error(status: int, headers: Mapping[str, str] | None = None) -> ExchangeError:
    """The exception for an answer that is not HTTP 200."""
    if status == 403:
        return Busy(status, "access too frequent from this address", _BAN_SECONDS, whole_ip=True)
    if status == 429:
        return Busy(status, "too many requests", reset_after(headers))
    if status >= 500:
        return Unreachable(status, f"HTTP {status}")
    return RequestDefect(status, f"HTTP {status}")


def verdict_of_code(code: int, message: str, headers: Mapping[str, str] | None = None) -> Verdict:
    """The verdict about one order from its own code (≠ 0), in a single or a batch answer."""
    message = message[:300]
    if code in ALREADY_THERE:
        return AlreadyThere(code)
    return verdict_of_error(error_of(code, message, headers))


def verdict_of_error(error: ExchangeError) -> Verdict:
    """The verdict about an order whose call failed with this error."""
    match error:
        case Unreachable():
            return Unknown(error.code, error.message)
        case Busy():
            return Later(error.code, error.message, error.retry_after)
        case AuthProblem():
            return KeyRefused(error.code, error.message, error.reason)
        case Refused():
            return Rejected(error.code, error.message, error.reason)
        case _:
            # A defect of ours is still a clear refusal: nothing was executed.
            return Rejected(error.code, error.message, OTHER_REFUSAL)
