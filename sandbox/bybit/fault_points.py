"""Where faults strike a request: before it is executed, in its fill, after it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sandbox.bybit.account import ZERO
from sandbox.bybit.engine import NORMAL, FillRule, now_ms
from sandbox.bybit.errors import Dropped, HttpRefusal, Refusal, too_many
from sandbox.bybit.faults import Fault, Faults
from sandbox.bybit.limits import AddressLimit

Facts = Mapping[str, str]
_LIMIT = 10
_RESET_MS = 200


async def before(
    faults: Faults, facts: Facts, addresses: AddressLimit, limit: int = _LIMIT
) -> None:
    """Delay a request, or keep it from being executed; `limit` is what a 10006 names in its
    headers."""
    if not faults.any:
        return
    await delay(faults, facts, "delay")
    stopped = faults.take(facts, "drop_before", "http_status", "ban", "ret_code")
    if stopped is None:
        return
    match stopped.kind:
        case "drop_before":
            raise Dropped
        case "http_status":
            raise HttpRefusal(stopped.code or 503, "fault")
        case "ban":
            raise addresses.ban(facts["address"], stopped.ms / 1000, stopped.code or 403)
        case _:
            raise coded(stopped, limit)


async def after(faults: Faults, facts: Facts, limit: int = _LIMIT) -> None:
    """Delay or spoil the answer of something that was executed."""
    if not faults.any:
        return
    await delay(faults, facts, "delay_after")
    spoiled = faults.take(facts, "accept_then_drop", "accept_then_5xx", "accept_then_ret_code")
    if spoiled is None:
        return
    if spoiled.kind == "accept_then_drop":
        raise Dropped
    if spoiled.kind == "accept_then_5xx":
        raise HttpRefusal(spoiled.code or 502, "fault")
    raise coded(spoiled, limit)


async def delay(faults: Faults, facts: Facts, kind: str) -> None:
    fault = faults.take(facts, kind)
    if fault is not None:
        await asyncio.sleep(fault.ms / 1000)


def coded(fault: Fault, limit: int) -> Refusal:
    """The refusal that a fault with a retCode stands for."""
    if fault.code == 10006:
        return too_many(now_ms() + (fault.ms or _RESET_MS), limit)
    return Refusal(fault.code or 10016, "sandbox fault")


def fill_rule(faults: Faults, facts: Facts) -> FillRule:
    """How this order may fill; raises Refusal if a fault rejects it."""
    if not faults.any:
        return NORMAL
    fault = faults.take(facts, "partial_fill", "cancel_remainder", "cancel_all", "reject")
    if fault is None:
        return NORMAL
    match fault.kind:
        case "reject":
            raise Refusal(fault.code or 110007, "sandbox fault")
        case "cancel_all":
            return FillRule(ZERO, cancel_rest=True)
        case kind:
            return FillRule(fault.ratio, cancel_rest=kind == "cancel_remainder")
