"""What a person asks for, as immutable values that survive a round trip through JSON.

A job stores its request in this form; planning reads nothing else of what was asked.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from core.numbers import HUNDRED, ZERO, exact, plain
from exchange.types import Category, Side
from models.states import MarketType


class PnlFilter(StrEnum):
    WINNERS = "winners"
    LOSERS = "losers"


@dataclass(frozen=True, slots=True)
class Exemption:
    """A symbol left alone: wholly (`keep_qty` None), or down to a core quantity of it."""

    symbol: str
    keep_qty: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which positions a reduce touches; an empty field restricts nothing.

    `exempt` is what this request names; `account_exempt` what the account's owner exempts from
    every reduce, in any market and perhaps of a symbol that is traded no more.
    """

    symbols: tuple[str, ...] = ()
    sides: tuple[Side, ...] = ()
    pnl: PnlFilter | None = None
    categories: tuple[Category, ...] = ()
    exempt: tuple[Exemption, ...] = ()
    account_exempt: tuple[Exemption, ...] = ()

    @property
    def kept(self) -> dict[str, Decimal | None]:
        """What stays of each exempt symbol, None for all of it. Of several exemptions of one
        symbol the widest holds: what was called untouchable once is never touched."""
        return _widest((*self.exempt, *self.account_exempt))


def _widest(exempt: tuple[Exemption, ...]) -> dict[str, Decimal | None]:
    kept: dict[str, Decimal | None] = {}
    for symbol, keep in ((e.symbol, e.keep_qty) for e in exempt):
        before = kept.get(symbol, ZERO)
        kept[symbol] = None if keep is None or before is None else max(before, keep)
    return kept


@dataclass(frozen=True, slots=True)
class ReduceRequest:
    """Reduce the book by `percent` (0 < p ≤ 100, two decimals). `round_up` raises an order that
    is too small to the smallest allowed instead of skipping it."""

    market_type: MarketType
    percent: Decimal
    scope: Scope = Scope()
    round_up: bool = False

    def __post_init__(self) -> None:
        check_percent(self.percent)


@dataclass(frozen=True, slots=True)
class PriceGuard:
    """How far from the closed price a restore may trade; sent as an IOC limit.

    `better_only` is zero slippage. Exactly one of the two is meaningful.
    """

    max_slippage_bps: int | None = None
    better_only: bool = False


@dataclass(frozen=True, slots=True)
class RestoreRequest:
    """Restore `percent` of the remainder of the chosen snapshots (all when `snapshot_ids` is
    None), newest first. `set_leverage`: where the position is gone, set its old leverage again."""

    market_type: MarketType
    percent: Decimal = HUNDRED
    snapshot_ids: tuple[uuid.UUID, ...] | None = None
    price_guard: PriceGuard | None = None
    set_leverage: bool = False

    def __post_init__(self) -> None:
        check_percent(self.percent)


def check_percent(percent: Decimal) -> None:
    """Raise ValueError unless 0 < percent ≤ 100 with at most two decimals."""
    if not percent.is_finite() or not 0 < percent <= HUNDRED:
        raise ValueError("percent must be above 0 and at most 100")
    if percent != percent.quantize(Decimal("0.01")):
        raise ValueError("percent has at most two decimals")


def to_json(request: ReduceRequest | RestoreRequest) -> dict[str, Any]:
    """The stored form, and the one a fingerprint is taken of: plain JSON, decimals as text."""
    if isinstance(request, ReduceRequest):
        scope = request.scope
        # Left out where there is none: a key that was used before there were any must find its job.
        account_exempt = _exempt_to_json(scope.account_exempt)
        return {
            "market_type": request.market_type.value,
            "percent": plain(request.percent),
            "round_up": request.round_up,
            "scope": {
                "symbols": sorted(scope.symbols),
                "sides": sorted(side.value for side in scope.sides),
                "pnl": scope.pnl.value if scope.pnl else None,
                "categories": sorted(category.value for category in scope.categories),
                "exempt": _exempt_to_json(scope.exempt),
                **({"account_exempt": account_exempt} if account_exempt else {}),
            },
        }
    guard = request.price_guard
    return {
        "market_type": request.market_type.value,
        "percent": plain(request.percent),
        "snapshot_ids": None
        if request.snapshot_ids is None
        else sorted(str(identifier) for identifier in request.snapshot_ids),
        "price_guard": None
        if guard is None
        else {"max_slippage_bps": guard.max_slippage_bps, "better_only": guard.better_only},
        "set_leverage": request.set_leverage,
    }


def _exempt_to_json(exempt: tuple[Exemption, ...]) -> list[list[str | None]]:
    return [
        [symbol, None if keep is None else plain(keep)]
        for symbol, keep in sorted(_widest(exempt).items())
    ]


def _exempt_from_json(stored: list[list[Any]]) -> tuple[Exemption, ...]:
    return tuple(
        Exemption(symbol, None if keep is None else exact(keep)) for symbol, keep in stored
    )


def reduce_from_json(stored: Mapping[str, Any]) -> ReduceRequest:
    """The inverse of `to_json` for a reduce."""
    scope = stored["scope"]
    return ReduceRequest(
        market_type=MarketType(stored["market_type"]),
        percent=exact(stored["percent"]),
        round_up=stored["round_up"],
        scope=Scope(
            symbols=tuple(scope["symbols"]),
            sides=tuple(Side(side) for side in scope["sides"]),
            pnl=PnlFilter(scope["pnl"]) if scope["pnl"] else None,
            categories=tuple(Category(category) for category in scope["categories"]),
            exempt=_exempt_from_json(scope["exempt"]),
            account_exempt=_exempt_from_json(scope.get("account_exempt", [])),
        ),
    )


def restore_from_json(stored: Mapping[str, Any]) -> RestoreRequest:
    """The inverse of `to_json` for a restore."""
    guard, ids = stored["price_guard"], stored["snapshot_ids"]
    return RestoreRequest(
        market_type=MarketType(stored["market_type"]),
        percent=exact(stored["percent"]),
        snapshot_ids=None if ids is None else tuple(uuid.UUID(text) for text in ids),
        price_guard=None
        if guard is None
        else PriceGuard(guard["max_slippage_bps"], guard["better_only"]),
        set_leverage=stored["set_leverage"],
    )
