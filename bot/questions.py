"""The two buttons below a plan: a tap accepts the job, once, or takes the question back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func

from bot.context import Context
from bot.looking import Outlook, Trader
from bot.refusing import refusal_text, way_out
from core.figures import number
from core.ids import new_id
from core.problems import Problem
from core.texts import text
from identity.confirmation import permit
from identity.proofs import Proof
from models import bot_questions
from models.bot_questions import BotQuestion
from models.second_factors import confirm_over
from models.states import JobKind
from models.users import Account, User, live_account
from telegram.buttons import Button, Buttons
from telegram.updates import Press
from trading.accept import Intake, accept_reduce, accept_restore
from trading.books import CATEGORIES
from trading.plans import Plan
from trading.preview import plan_of_owed, preview_reduce
from trading.requests import (
    ReduceRequest,
    RestoreRequest,
    reduce_from_json,
    restore_from_json,
    to_json,
)
from trading.snapshots import chosen

YES, NO = "jy", "jn"
"""Prefixes of the two buttons' data."""
_CENT = Decimal("0.01")
Request = ReduceRequest | RestoreRequest


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the job comes to now; None where nobody asks, or nobody can tell."""

    worth: Decimal | None


def worth_of(plan: Plan) -> Decimal:
    """What the person sees is what the confirmation policy compares."""
    return plan.notional.quantize(_CENT)


def put(context: Context, trader: Trader, plan: Plan, request: Request, chat_id: int) -> Buttons:
    """Keep the question, open for two minutes; its buttons."""
    question_id = new_id()
    context.session.add(
        BotQuestion(
            id=question_id,
            user_id=trader.user.id,
            account_id=trader.account.id,
            kind=plan.kind,
            request=to_json(request),
            bot_id=context.bot_id,
            chat_id=chat_id,
        )
    )
    context.session.flush()
    percent = {"percent": number(plan.percent, trader.language)}
    agree_to = text(f"bot.question_{plan.kind}.title", trader.language, percent)
    take_back = text("bot.question_no.title", trader.language)
    short = question_id.hex
    return [[Button(agree_to, data=f"{YES}:{short}"), Button(take_back, data=f"{NO}:{short}")]]


def look(outlook: Outlook, press: Press, rest: str) -> Weighed:
    """Where the person wants jobs confirmed, what this one comes to. What accepting looks up at the
    exchange is looked up here, and kept. Raises as a preview does."""
    trader = outlook.trader(press.from_user)
    question_id = _known(rest)
    with outlook.acting(trader.user) as session:
        question = None if question_id is None else session.get(BotQuestion, question_id)
        if question is None or question.closed_at is not None:
            return Weighed(None)
        account = live_account(session, trader.user.id, question.account_id)
        over = confirm_over(session, trader.user.id)
        request = _request(question)
        owed = []
        if account is not None and over is not None and isinstance(request, RestoreRequest):
            owed = chosen(session, account.id, request)
    desk = outlook.desk
    if account is None:
        return Weighed(None)
    if over is None:
        if isinstance(request, ReduceRequest) and request.scope.symbols:
            for category in CATEGORIES[request.market_type]:
                desk.gateway(account).instruments(category)
        return Weighed(None)
    if isinstance(request, ReduceRequest):
        return Weighed(worth_of(preview_reduce(desk, account, request)))
    return Weighed(worth_of(plan_of_owed(desk, account, owed, request)))


def agree(context: Context, press: Press, rest: str) -> None:
    """Accept the job and say so in the question's place; once, and only for whom was asked."""
    language = context.language(press.from_user)
    question = _open(context, press, rest, language)
    if question is None:
        return
    account = live_account(context.session, question.user_id, question.account_id)
    try:
        if account is None:
            raise Problem("account_removed", 409)
        _accept(context, press, question, account, language)
    except Problem as refused:
        sentence = refusal_text(refused, language)
        if refused.code == "confirmation_required":
            sentence = text("bot.question_confirm", language)
        context.edit(press.chat_id, press.message_id, sentence, way_out(context, refused, language))
        context.answer(press)
        return
    context.answer(press, text("bot.question_accepted", language))


def _accept(
    context: Context, press: Press, question: BotQuestion, account: Account, language: str
) -> None:
    """All in one transaction with the job, which is committed here: the question's end and the
    message that says so stand before anybody can tell how the job ends."""
    worth = context.found.worth if isinstance(context.found, Weighed) else None
    session, desk = context.session, context.desk
    request = _request(question)
    percent = {"percent": number(request.percent, language)}

    def permitted() -> None:
        permit(session, desk.vault, account, Proof(), lambda: worth)
        question.closed_at = func.now()
        question.message_id = press.message_id
        title = text(f"bot.job.{question.kind}.title", language, percent)
        context.edit(
            press.chat_id,
            press.message_id,
            f"{title}\n{text('bot.question_accepted', language)}",
            context.open_app(language),
        )

    intake = Intake(question.idempotency_key, request_id=context.update)
    if isinstance(request, ReduceRequest):
        accepted = accept_reduce(session, desk, account, request, intake, permitted)
    else:
        accepted = accept_restore(session, account, request, intake, permitted)
    if not accepted.replayed:
        context.accepted = accepted.job.id


def decline(context: Context, press: Press, rest: str) -> None:
    """Nothing is sent, also not by a later tap."""
    language = context.language(press.from_user)
    question = _open(context, press, rest, language)
    if question is None:
        return
    question.closed_at = func.now()
    context.edit(press.chat_id, press.message_id, text("bot.question_declined", language))
    context.answer(press)


def _open(context: Context, press: Press, rest: str, language: str) -> BotQuestion | None:
    """The question, locked, while it may be answered; otherwise the person is told, and the buttons
    of what is too old go."""
    question_id = _known(rest)
    held = None if question_id is None else bot_questions.hold(context.session, question_id)
    asked: User | None = context.user(press.from_user)
    if held is None or asked is None or held[0].user_id != asked.id:
        context.answer(press, text("bot.question_not_yours", language))
        return None
    question, is_open = held
    if is_open:
        return question
    if question.closed_at is not None:
        context.answer(press, text("bot.question_over", language))
        return None
    expired = text(f"bot.question_expired_{question.kind}", language)
    context.edit(press.chat_id, press.message_id, expired)
    context.answer(press)
    return None


def _request(question: BotQuestion) -> Request:
    read = reduce_from_json if question.kind is JobKind.REDUCE else restore_from_json
    return read(question.request)


def _known(rest: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(hex=rest)
    except ValueError:
        return None
