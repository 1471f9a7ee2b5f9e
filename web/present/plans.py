"""Plans, with what a restore costs, as the API tells them."""

from __future__ import annotations

from core.numbers import ZERO
from models.states import JobKind
from trading.plans import Plan, PlannedLeg
from trading.restore_cost import RestoreCost
from trading.round_trip import money
from web.present.words import cents, reason
from web.schemas.jobs import (
    RoundTrip,
)
from web.schemas.positions import (
    PlanLegOut,
    PlanOut,
    PlanTotals,
    PresetOut,
)


def plan(
    made: Plan, cost: RestoreCost | None = None, *, needs_confirmation: bool = False
) -> PlanOut:
    return PlanOut(
        market_type=made.market_type,
        kind=made.kind,
        percent=made.percent,
        effective_percent=made.effective_percent,
        totals=PlanTotals(
            notional=cents(made.notional),
            fee_estimate=cents(sum((leg.fee_estimate for leg in made.legs), ZERO)),
            legs=len(made.sendable),
            skipped=len(made.legs) - len(made.sendable),
        ),
        presets=[
            PresetOut(
                percent=preset.percent,
                feasible=preset.feasible,
                effective_percent=preset.effective_percent,
            )
            for preset in made.presets
        ],
        legs=[_plan_leg(leg, made.kind, cost) for leg in made.legs],
        cost=None if cost is None else RoundTrip(**cost.whole.to_json()),
        as_of=made.as_of,
        needs_confirmation=needs_confirmation,
    )


def _plan_leg(leg: PlannedLeg, kind: JobKind, cost: RestoreCost | None) -> PlanLegOut:
    sets_again = kind is JobKind.RESTORE
    net = cost.leg_nets.get(leg.snapshot_id) if cost and leg.snapshot_id else None
    return PlanLegOut(
        symbol=leg.symbol,
        category=leg.category,
        position_side=leg.position_side,
        side=leg.side,
        position_idx=leg.position_idx,
        size_now=leg.size_now,
        size_after=leg.size_after,
        qty=leg.qty,
        notional=cents(leg.notional),
        price=leg.price,
        fee_estimate=cents(leg.fee_estimate),
        reduce_only=leg.reduce_only,
        effective_percent=leg.effective_percent,
        limit_price=leg.limit_price,
        state="planned" if leg.is_sendable else "skipped",
        reason=leg.reason,
        reason_text=reason(leg.reason),
        slices=leg.slices,
        snapshot_id=leg.snapshot_id,
        closed_price=leg.closed_price,
        take_profit=leg.take_profit if sets_again else None,
        stop_loss=leg.stop_loss if sets_again else None,
        leverage=leg.leverage,
        leg_net=None if net is None else money(net),
        settle_coin=leg.settle_coin,
    )
