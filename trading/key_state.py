"""What a check of a key says: whether it is still good, and what its owner should be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from core import clock
from core.problems import Problem
from exchange.outcomes import AuthProblem
from exchange.types import KeyInfo
from models.states import MarketType
from models.users import Account

_LAST_DAYS = timedelta(days=7)


class KeyState(StrEnum):
    """What a person can expect of the key."""

    OK = "ok"
    EXPIRED = "expired"
    REFUSED = "refused"
    DANGEROUS = "dangerous"


class KeyNews(StrEnum):
    """The kinds of notices about a key."""

    TRADING_LOST = "key_trading_lost"
    WITHDRAWAL_GAINED = "key_withdrawal_gained"
    EXPIRES = "key_expires"
    REFUSED = "key_refused"
    IPS_CHANGED = "key_ips_changed"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell the owner."""

    news: KeyNews
    data: dict[str, Any]


def key_state(account: Account) -> KeyState:
    """As the last check found it, or as time has made it since."""
    if account.can_withdraw:
        return KeyState.DANGEROUS
    has_run_out = account.expires_at is not None and account.expires_at <= clock.utcnow()
    if has_run_out or account.refused_reason == "key_expired":
        return KeyState.EXPIRED
    return KeyState.OK if account.refused_reason is None else KeyState.REFUSED


def refuse_dangerous(account: Account) -> None:
    """Problem `key_dangerous` (409) for a key that may withdraw: whoever gave it that right may
    have stolen it, and no job of ours is to run beside them."""
    if account.can_withdraw:
        raise Problem("key_dangerous", 409)


def facts(info: KeyInfo) -> dict[str, Any]:
    """What is stored of the exchange's answer, by column."""
    return {
        "permissions": {name: list(granted) for name, granted in info.permissions.items()},
        "can_trade_spot": info.can_trade_spot,
        "can_trade_futures": info.can_trade_futures,
        "can_withdraw": info.can_withdraw,
        "has_ip_list": bool(info.ips),
        "ips": sorted(info.ips),
        "expires_at": info.expires_at,
        "refused_reason": None,
    }


def findings(was: Account, info: KeyInfo, now: datetime) -> list[Finding]:
    """What is news, compared with what is stored."""
    found = []
    had = {MarketType.FUTURES: was.can_trade_futures, MarketType.SPOT: was.can_trade_spot}
    has = {MarketType.FUTURES: info.can_trade_futures, MarketType.SPOT: info.can_trade_spot}
    lost = [market.value for market in had if had[market] and not has[market]]
    if lost:
        found.append(Finding(KeyNews.TRADING_LOST, {"markets": lost}))
    if info.can_withdraw and not was.can_withdraw:
        found.append(Finding(KeyNews.WITHDRAWAL_GAINED, {}))
    if was.ips is not None and set(was.ips) != set(info.ips):
        addresses = {"ips_before": was.ips, "ips_now": sorted(info.ips)}
        found.append(Finding(KeyNews.IPS_CHANGED, addresses))
    if info.expires_at is not None and info.expires_at - now <= _LAST_DAYS:
        last_day = info.expires_at.date().isoformat()
        found.append(Finding(KeyNews.EXPIRES, {"expires_on": last_day}))
    return found


def findings_of_refusal(was: Account, refusal: AuthProblem) -> list[Finding]:
    """News only when the reason is: nobody needs to hear it every day."""
    if was.refused_reason == refusal.reason:
        return []
    return [Finding(KeyNews.REFUSED, {"reason": refusal.reason, "code": refusal.code})]
