"""Jobs, legs and what the exchange said of them, told in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.texts import text
from exchange.types import Category, Side
from models.jobs import Job
from models.states import JobState
from trading.telling import error_text
from trading.views import JobView, LegView
from web.present.words import cents, reason
from web.problems import language
from web.schemas.jobs import (
    JobError,
    JobOut,
    JobSummary,
    JobWait,
    LegOut,
    ProgressOut,
    Receipt,
    Verification,
    VerifiedLeg,
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
        reason_text=reason(leg.reason),
        attempts=view.attempts,
        notional_planned=cents(leg.notional),
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


def _wait(row: Job) -> JobWait | None:
    if row.wait_reason is None or row.finished_at is not None:
        return None
    sentence = text(f"wait.{row.wait_reason}", language())
    return JobWait(reason=row.wait_reason, text=sentence, until=row.wait_until)
