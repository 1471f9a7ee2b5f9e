"""A plan as a few lines of a chat."""

from __future__ import annotations

from bot.positions import side_word
from core.figures import money, number
from core.texts import text
from trading.plans import Plan, PlannedLeg

_MOST_LEGS = 12
_MOST_SKIPPED = 6


def plan_text(plan: Plan, account: str, language: str) -> str:
    """What would be sent, for which worth, and what would be left out and why."""
    skipped = [leg for leg in plan.legs if not leg.is_sendable]
    lines = [
        text(f"bot.job.{plan.kind}.title", language, {"percent": number(plan.percent, language)}),
        f"{account} · {text(f'bot.market_{plan.market_type}.title', language)}",
    ]
    if not plan.legs:
        return "\n".join([*lines, text("job.empty_book", language)])
    if plan.sendable:
        values = {"count": str(len(plan.sendable)), "value": money(plan.notional, language)}
        lines += [text("bot.plan_total.title", language, values), ""]
        lines += [_line(leg, language) for leg in plan.sendable[:_MOST_LEGS]]
        lines += _more(len(plan.sendable) - _MOST_LEGS, language)
    else:
        lines.append(text(f"job.nothing_to_{plan.kind}", language))
    if skipped:
        lines += ["", text("bot.plan_skipped.title", language, {"count": str(len(skipped))})]
        lines += [
            f"{leg.symbol}: {text(f'reason.{leg.reason}', language)}"
            for leg in skipped[:_MOST_SKIPPED]
        ]
        lines += _more(len(skipped) - _MOST_SKIPPED, language)
    return "\n".join(lines)


def _line(leg: PlannedLeg, language: str) -> str:
    side = side_word(leg.category, leg.position_side, language)
    qty, worth = number(leg.qty, language), money(leg.notional, language)
    return f"{leg.symbol}{side}: {qty} · {worth} USD"


def _more(count: int, language: str) -> list[str]:
    return [text("bot.and_more.title", language, {"count": str(count)})] if count > 0 else []
