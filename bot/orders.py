"""`/reduce` and `/restore`: the plan as it would be now, and the question whether to send it."""

from __future__ import annotations

from dataclasses import dataclass

from bot import questions
from bot.context import Context
from bot.looking import Outlook, Refusal, Trader
from bot.order_texts import plan_text
from bot.words import read_words
from core.numbers import HUNDRED
from core.texts import text
from identity.confirmation import is_needed
from models.second_factors import confirm_over
from telegram.updates import Message
from trading.key_state import refuse_dangerous
from trading.pause import is_paused
from trading.plans import Plan
from trading.preview import plan_of_owed, preview_reduce
from trading.requests import ReduceRequest, RestoreRequest, Scope
from trading.snapshots import chosen, require_something


@dataclass(frozen=True, slots=True)
class Planned:
    """What was asked for and what it would come to; whether it has to be confirmed."""

    trader: Trader
    request: ReduceRequest | RestoreRequest
    plan: Plan
    needs_confirmation: bool
    is_paused: bool


def look_reduce(outlook: Outlook, message: Message, rest: str) -> Planned:
    trader = outlook.trader(message.from_user)
    words = read_words(rest, "reduce_usage")
    if words.percent is None:
        raise Refusal("reduce_usage")
    refuse_dangerous(trader.account)
    market = words.market or trader.market
    request = ReduceRequest(market, words.percent, Scope(symbols=words.symbols))
    return _planned(outlook, trader, request, preview_reduce(outlook.desk, trader.account, request))


def look_restore(outlook: Outlook, message: Message, rest: str) -> Planned:
    trader = outlook.trader(message.from_user)
    words = read_words(rest, "restore_usage", takes_symbols=False)
    refuse_dangerous(trader.account)
    request = RestoreRequest(words.market or trader.market, words.percent or HUNDRED)
    with outlook.acting(trader.user) as session:
        owed = chosen(session, trader.account.id, request)
    require_something(owed)
    plan = plan_of_owed(outlook.desk, trader.account, owed, request)
    return _planned(outlook, trader, request, plan)


def _planned(
    outlook: Outlook, trader: Trader, request: ReduceRequest | RestoreRequest, plan: Plan
) -> Planned:
    with outlook.acting(trader.user) as session:
        over = confirm_over(session, trader.user.id)
        paused = is_paused(session)
    return Planned(trader, request, plan, is_needed(over, questions.worth_of(plan)), paused)


def ask(context: Context, message: Message, rest: str) -> None:  # noqa: ARG001 - a handler
    """Show the plan; with buttons where there is something to send that the bot may accept."""
    found = context.found
    if not isinstance(found, Planned):
        raise TypeError("the plan was not made")
    trader, plan = found.trader, found.plan
    language = trader.language
    lines, buttons = [plan_text(plan, trader.account.label, language)], None
    if plan.sendable and found.needs_confirmation:
        lines.append(text("bot.question_confirm", language))
        buttons = context.open_app(language)
    elif plan.sendable:
        lines.append(text("bot.question_life", language))
        if found.is_paused:
            lines.append(text("wait.paused", language))
        buttons = questions.put(context, trader, plan, found.request, message.chat_id)
    context.say(
        message.chat_id,
        "\n\n".join(lines),
        buttons,
        kind="question",
        key=f"question:{context.update}",
        user_id=trader.user.id,
    )
