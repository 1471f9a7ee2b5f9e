"""Domain values as the API's answers, with reasons told in the reader's language."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.numbers import ZERO
from core.texts import text
from exchange.types import Category, Side
from models.fills import Snapshot
from models.jobs import Job
from models.sign_ins import SignIn
from models.states import JobKind, JobState, MarketType
from models.users import Account
from trading.accounts import advice
from trading.exemptions import exempted
from trading.exposure import History
from trading.plans import Book, Plan, PlannedLeg
from trading.restore_cost import RestoreCost
from trading.round_trip import money
from trading.views import JobView, LegView
from web.origin import shortened
from web.problems import language
from web.schemas.auth import AccountOut, Advice, ExemptionOut
from web.schemas.exposure import ExposureJob, ExposureOut, ExposurePoint
from web.schemas.jobs import (
    JobError,
    JobOut,
    JobSummary,
    JobWait,
    LegOut,
    ProgressOut,
    Receipt,
    RoundTrip,
    Verification,
    VerifiedLeg,
)
from web.schemas.person import DEFAULTS, SessionOut, Settings
from web.schemas.positions import (
    BookOut,
    BookTotals,
    PlanLegOut,
    PlanOut,
    PlanTotals,
    PositionOut,
    PresetOut,
    SnapshotOut,
)

Owed = Mapping[tuple[str, str, str, int], Decimal]
"""What is restorable, by (category, symbol, side, position_idx)."""


def account(row: Account) -> AccountOut:
    allowed = {MarketType.SPOT: row.can_trade_spot, MarketType.FUTURES: row.can_trade_futures}
    spoken = language()
    return AccountOut(
        id=row.id,
        label=row.label,
        environment=row.environment,
        api_key_masked=f"…{row.api_key_tail}",
        market=[market for market, may in allowed.items() if may],
        permissions=[f"{name}.{word}" for name, words in row.permissions.items() for word in words],
        advice=[Advice(code=code, message=text(f"advice.{code}", spoken)) for code in advice(row)],
        expires_at=row.expires_at,
        created_at=row.created_at,
        checked_at=row.checked_at,
        is_default=row.is_default,
        exempt=[
            ExemptionOut(symbol=exemption.symbol, keep_qty=exemption.keep_qty)
            for exemption in exempted(row)
        ],
    )


def settings(chosen: Mapping[str, Any]) -> Settings:
    return Settings.model_validate({**DEFAULTS.model_dump(), **chosen})


def session(row: SignIn, current: uuid.UUID) -> SessionOut:
    return SessionOut(
        id=row.id,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        platform=row.platform,
        remote_addr=shortened(row.remote_addr),
        is_current=row.id == current,
    )


def book(row: Account, found: Book, owed: Owed) -> BookOut:
    items = []
    for position in found.positions:
        rules = found.instruments.get((position.category, position.symbol))
        key = (position.category.value, position.symbol, position.side.value, position.position_idx)
        items.append(
            PositionOut(
                symbol=position.symbol,
                category=position.category,
                side=position.side,
                size=position.size,
                position_idx=position.position_idx,
                entry_price=position.entry_price,
                mark_price=position.mark_price,
                value=_cents(position.value),
                unrealised_pnl=None
                if position.unrealised_pnl is None
                else _cents(position.unrealised_pnl),
                leverage=position.leverage,
                margin=None if position.margin is None else _cents(position.margin),
                liq_price=position.liq_price,
                take_profit=position.take_profit,
                stop_loss=position.stop_loss,
                restorable=owed.get(key, ZERO),
                base_coin=rules.base_coin if rules else "",
                settle_coin=rules.settle_coin if rules else "",
                lot_step=rules.lot_step if rules else None,
                tick_size=rules.tick_size if rules else None,
                min_qty=rules.min_qty if rules else None,
                min_notional=rules.min_notional if rules else None,
            )
        )
    items.sort(key=lambda item: item.value, reverse=True)
    return BookOut(
        account_id=row.id,
        market_type=found.market_type,
        as_of=found.as_of,
        totals=BookTotals(
            value=sum((item.value for item in items), ZERO),
            unrealised_pnl=sum((item.unrealised_pnl or ZERO for item in items), ZERO),
            margin_used=_margin_used(found),
            long_value=_sided(items, Side.BUY),
            short_value=_sided(items, Side.SELL),
        ),
        items=items,
    )


def _margin_used(found: Book) -> Decimal | None:
    """None for spot, and where the exchange does not tell it of every position: a part would be
    taken for the whole."""
    known = [position.margin for position in found.positions if position.margin is not None]
    if found.market_type is MarketType.SPOT or len(known) < len(found.positions):
        return None
    return _cents(sum(known, ZERO))


def _sided(items: Sequence[PositionOut], side: Side) -> Decimal:
    return sum((item.value for item in items if item.side is side), ZERO)


def plan(made: Plan, cost: RestoreCost | None = None) -> PlanOut:
    return PlanOut(
        market_type=made.market_type,
        kind=made.kind,
        percent=made.percent,
        effective_percent=made.effective_percent,
        totals=PlanTotals(
            notional=_cents(sum((leg.notional for leg in made.legs), ZERO)),
            fee_estimate=_cents(sum((leg.fee_estimate for leg in made.legs), ZERO)),
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
        notional=_cents(leg.notional),
        price=leg.price,
        fee_estimate=_cents(leg.fee_estimate),
        reduce_only=leg.reduce_only,
        effective_percent=leg.effective_percent,
        limit_price=leg.limit_price,
        state="planned" if leg.is_sendable else "skipped",
        reason=leg.reason,
        reason_text=_reason(leg.reason),
        slices=leg.slices,
        snapshot_id=leg.snapshot_id,
        closed_price=leg.closed_price,
        take_profit=leg.take_profit if sets_again else None,
        stop_loss=leg.stop_loss if sets_again else None,
        leverage=leg.leverage,
        leg_net=None if net is None else money(net),
        settle_coin=leg.settle_coin,
    )


def exposure(row: Account, market: MarketType, found: History) -> ExposureOut:
    return ExposureOut(
        account_id=row.id,
        market_type=market,
        items=[
            ExposurePoint(
                at=sample.at,
                long_value=_cents(sample.long_value),
                short_value=_cents(sample.short_value),
            )
            for sample in found.samples
        ],
        jobs=[
            ExposureJob(
                id=done.id,
                kind=done.kind,
                percent=done.percent,
                state=done.state,
                at=done.finished_at,
            )
            for done in found.jobs
            if done.finished_at is not None
        ],
    )


def snapshot(row: Snapshot) -> SnapshotOut:
    return SnapshotOut(
        id=row.id,
        job_id=row.job_id,
        leg_id=row.leg_id,
        symbol=row.symbol,
        category=Category(row.category),
        market_type=row.market_type,
        side=Side(row.side),
        position_idx=row.position_idx,
        qty_closed=row.qty_closed,
        qty_restored=row.qty_restored,
        qty_restorable=row.qty_closed - row.qty_restored,
        closed_price=row.closed_price,
        leverage=row.leverage,
        take_profit=row.take_profit,
        stop_loss=row.stop_loss,
        created_at=row.created_at,
    )


def job_summary(row: Job) -> JobSummary:
    return JobSummary(
        id=row.id,
        kind=row.kind,
        market_type=row.market_type,
        account_id=row.account_id,
        state=row.state,
        percent=row.percent,
        effective_percent=row.effective_percent,
        error=_error(row),
        wait=_wait(row),
        created_at=row.created_at,
        # Later on the column says when a parked job goes on: that is `wait`.
        not_before=row.not_before if row.state is JobState.QUEUED else None,
        started_at=row.started_at,
        finished_at=row.finished_at,
        cancel_requested=row.cancel_requested,
        version=row.version,
        receipt=Receipt(**row.receipt) if row.receipt else None,
        verification=_verification(row.verification) if row.verification else None,
    )


def job(view: JobView) -> JobOut:
    progress = view.progress
    return JobOut(
        **job_summary(view.job).model_dump(),
        progress=ProgressOut(
            legs_total=progress.legs_total, legs_done=progress.legs_done, percent=progress.percent
        ),
        legs=[_leg(item) for item in view.legs],
    )


def _leg(view: LegView) -> LegOut:
    leg = view.leg
    return LegOut(
        id=leg.id,
        seq=leg.seq,
        symbol=leg.symbol,
        category=Category(leg.category),
        position_side=Side(leg.position_side),
        side=Side(leg.side),
        position_idx=leg.position_idx,
        reduce_only=leg.reduce_only,
        size_before=leg.size_before,
        qty_planned=leg.qty_planned,
        qty_filled=leg.qty_filled,
        avg_price=leg.avg_price,
        fee=dict(view.fees),
        state=leg.state,
        reason=leg.reason,
        reason_text=_reason(leg.reason),
        attempts=view.attempts,
        notional_planned=_cents(leg.notional),
        protection=leg.protection,
        sent_at=view.orders.sent_at,
        ack_ms=view.orders.ack_ms,
        fill_ms=view.fill_ms,
        order_ids=list(view.orders.ids),
    )


def _verification(stored: Mapping[str, Any]) -> Verification:
    code, legs = stored["code"], stored["legs"]
    meant = ", ".join(dict.fromkeys(leg["symbol"] for leg in legs if leg["verdict"] == code))
    return Verification(
        checked_at=stored["checked_at"],
        agrees=stored["agrees"],
        code=code,
        text=text(f"verification.{code}", language(), {"symbols": meant}),
        legs=[VerifiedLeg(**leg) for leg in legs],
    )


def _error(row: Job) -> JobError | None:
    if row.error_code is None:
        return None
    return JobError(code=row.error_code, text=error_text(row.error_code, language()))


def error_text(code: str, spoken: str) -> str:
    """Why a job came to nothing: a word of its own, or the reason of a leg."""
    key = f"job.{code}"
    sentence = text(key, spoken)
    return sentence if sentence != key else text(f"reason.{code}", spoken)


def _wait(row: Job) -> JobWait | None:
    if row.wait_reason is None or row.finished_at is not None:
        return None
    sentence = text(f"wait.{row.wait_reason}", language())
    return JobWait(reason=row.wait_reason, text=sentence, until=row.wait_until)


def _reason(reason: str | None) -> str | None:
    return None if reason is None else text(f"reason.{reason}", language())


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))
