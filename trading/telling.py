"""Tell a person in their chat how a job ended. What goes wrong here keeps no job from ending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.figures import coins, money, number
from core.logs import get_logger
from core.numbers import exact
from core.texts import LANGUAGES, text
from models.bot_news import News, owe_news
from models.bot_questions import asked_in
from models.jobs import Job, Leg
from models.states import JobState, LegState

log = get_logger(__name__)

_MOST_LEGS = 8
_TROUBLE = {LegState.REJECTED: 0, LegState.PARTIALLY_FILLED: 1, LegState.CANCELLED: 2}


def tell_ended(
    session: Session,
    job: Job,
    legs: Sequence[Leg] = (),
    account: str | None = None,
    *,
    only_where_asked: bool = False,
) -> None:
    """Owe the receipt in the transaction that ends the job, once. In a savepoint: an end that could
    not be told of is an end all the same."""
    # What is pending is the job's own; it must not be taken back with this.
    session.flush()
    try:
        texts = {language: ended_text(job, legs, account, language) for language in LANGUAGES}
        with session.begin_nested():
            owe_news(
                session,
                job.user_id,
                News.RECEIPTS,
                key=f"receipt:{job.id}",
                texts=texts,
                asked_in=asked_in(job.idempotency_key),
                only_where_asked=only_where_asked,
            )
    except Exception as error:  # noqa: BLE001 - the end of a job outweighs its message
        log.error("job.end_untold", error=type(error).__name__)


def title_text(job: Job, language: str) -> str:
    """What the job is: "Reduce by 25 %"."""
    percent = number(job.percent, language)
    return text(f"bot.job.{job.kind}.title", language, {"percent": percent})


def ended_text(job: Job, legs: Sequence[Leg], account: str | None, language: str) -> str:
    """The receipt in a few lines: what was done, for how much, and what needs a look."""
    receipt: dict[str, Any] = job.receipt or {}
    market = text(f"bot.market_{job.market_type}.title", language)
    lines = [
        f"Ebb · {title_text(job, language)}",
        _headline(job, receipt, language),
        " · ".join(part for part in (account, market) if part),
    ]
    if job.error_code is not None:
        lines.append(error_text(job.error_code, language))
    if exact(receipt.get("notional_filled", "0")):
        traded = money(exact(receipt["notional_filled"]), language)
        lines.append(_fact("notional", f"{traded} USD", language))
        lines.append(_fact("fees", coins(receipt.get("fees", {}), language), language))
    if trip := receipt.get("round_trip"):
        lines.append(_fact("round_trip", coins(trip["net"], language, plus=True), language))
    if unprotected := receipt.get("unprotected"):
        lines.append(_fact("unprotected", ", ".join(unprotected[:_MOST_LEGS]), language))
    lines += _troubles(legs, language)
    return "\n".join(lines)


def _headline(job: Job, receipt: dict[str, Any], language: str) -> str:
    values = {
        "percent": number(exact(receipt.get("effective_percent", "0")), language),
        "asked": number(job.percent, language),
    }
    return text(f"bot.ended_{job.kind}_{_outcome(job, receipt)}.title", language, values)


def _outcome(job: Job, receipt: dict[str, Any]) -> str:
    """As the app calls it: all of it, a part, nothing although tried, stopped on the way with or
    without anything filled, or taken back before anything was sent."""
    if job.state is JobState.COMPLETED:
        return "done"
    if job.state is JobState.PARTIALLY_COMPLETED:
        return "part"
    if job.state is JobState.FAILED:
        return "none"
    if exact(receipt.get("notional_filled", "0")):
        return "stopped"
    return "unsent" if receipt.get("ack_ms") is None else "idle"


def error_text(code: str, language: str) -> str:
    """Why a job came to nothing: a word of its own, or the reason of a leg."""
    sentence = text(f"job.{code}", language)
    return text(f"reason.{code}", language) if sentence == f"job.{code}" else sentence


def _troubles(legs: Sequence[Leg], language: str) -> list[str]:
    """Legs that did not come to what was planned, the worst first."""
    found = sorted(
        (leg for leg in legs if leg.state in _TROUBLE),
        key=lambda leg: (_TROUBLE[leg.state], leg.seq),
    )
    lines = [_trouble(leg, language) for leg in found[:_MOST_LEGS]]
    if len(found) > _MOST_LEGS:
        lines.append(text("bot.and_more.title", language, {"count": str(len(found) - _MOST_LEGS)}))
    return lines


def _trouble(leg: Leg, language: str) -> str:
    what = text(f"bot.leg_{leg.state}.title", language)
    why = "" if leg.reason is None else f". {text(f'reason.{leg.reason}', language)}"
    return f"{leg.symbol}: {what}{why}"


def _fact(name: str, value: str, language: str) -> str:
    return text(f"bot.receipt_{name}", language, {"value": value})
