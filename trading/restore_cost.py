"""What coming back now would cost, by the same sums that a restore's receipt tells later. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.numbers import ZERO
from exchange.types import Category, FundingRate
from trading.plans import Market, Owed, Plan, PlannedLeg
from trading.round_trip import Amounts, RoundTrip, add, funding_effect, price_effect

Rates = Mapping[Market, Sequence[FundingRate] | None]
"""What was settled in each market since the first of its snapshots closed; None where the exchange
did not tell. A market that is missing had no settlement since."""

ClosingFees = Mapping[uuid.UUID, Amounts]
"""What closing each snapshot cost, by coin."""


@dataclass(frozen=True, slots=True)
class RestoreCost:
    """The whole, and each leg's share of its net by snapshot, in the leg's settle coin."""

    whole: RoundTrip
    leg_nets: Mapping[uuid.UUID, Decimal]


def restore_cost(
    plan: Plan, owed: Sequence[Owed], closing_fees: ClosingFees, rates: Rates
) -> RestoreCost:
    """The closed price against the price now, the closing fees in the share that comes back and the
    fee of the way back, and the funding meanwhile.

    Funding that is not known of one leg is left out of all: half a sum would be taken for a whole.
    The fee of the way back is estimated in the settle coin, for spot too, where the exchange will
    take it out of the coins bought.
    """
    items = {item.snapshot_id: item for item in owed}
    legs = [(leg, items[leg.snapshot_id]) for leg in plan.sendable if leg.snapshot_id]
    saved = [funding_saved(item, leg.owed_qty, rates) for leg, item in legs]
    is_known = all(amount is not None for amount in saved)
    whole, nets = RoundTrip(), {}
    for (leg, item), funding in zip(legs, saved, strict=True):
        part = RoundTrip()
        add(part.price_effect, leg.settle_coin, _price_effect(leg, item))
        share = leg.owed_qty / item.qty_closed
        for coin, amount in closing_fees.get(item.snapshot_id, {}).items():
            add(part.fees, coin, amount * share)
        add(part.fees, leg.settle_coin, _fee_back(leg))
        if funding is not None and is_known:
            add(part.funding, leg.settle_coin, funding)
        nets[item.snapshot_id] = part.net.get(leg.settle_coin, ZERO)
        _join(whole, part)
    return RestoreCost(whole, nets)


def funding_saved(item: Owed, qty: Decimal, rates: Rates) -> Decimal | None:
    """What being out of `qty` of a snapshot saved in funding, in the settle coin; zero where there
    was none, None where the exchange did not tell."""
    market = (item.category, item.symbol)
    if market not in rates:
        return ZERO
    told = rates[market]
    if told is None:
        return None
    since = [settled.rate for settled in told if settled.at > item.created_at]
    return funding_effect(item.category, item.side, qty, item.closed_price, since)


def _price_effect(leg: PlannedLeg, item: Owed) -> Decimal:
    return price_effect(item.category, item.side, leg.owed_qty, item.closed_price, leg.price)


def _fee_back(leg: PlannedLeg) -> Decimal:
    """In the settle coin: an inverse contract's fee is paid in its base coin."""
    return leg.fee_estimate / leg.price if leg.category is Category.INVERSE else leg.fee_estimate


def _join(whole: RoundTrip, part: RoundTrip) -> None:
    for into, amounts in (
        (whole.price_effect, part.price_effect),
        (whole.fees, part.fees),
        (whole.funding, part.funding),
    ):
        for coin, amount in amounts.items():
            add(into, coin, amount)
