"""What the bot tells by itself: once, where it may, and unless it was switched off."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, text, update

from core import clock
from core.texts import text as text_of
from exchange.outcomes import AuthProblem
from models import notices
from models.bot_news import News
from models.bot_sends import BotSend, SendState
from models.jobs import Job
from models.states import JobState, MarketType
from models.users import Account
from tests.bot.test_commands import chat  # noqa: F401 - a fixture
from tests.bot.traders import Chat
from tests.trading.conftest import make_trader  # noqa: F401 - a fixture
from trading.desk import Desk
from trading.key_checks import check_keys
from trading.telling import tell_ended

FUTURES = MarketType.FUTURES
KINDS = [kind.value for kind in News]


def news(chat: Chat) -> list[BotSend]:  # noqa: F811
    with chat.work.sessions() as session:
        mine = select(BotSend).where(BotSend.kind.in_(KINDS)).order_by(BotSend.id)
        return list(session.scalars(mine.where(BotSend.chat_id == chat.phone.id)))


@pytest.fixture
def known(chat: Chat) -> Chat:  # noqa: F811
    """Someone who wrote to the bot."""
    chat.write("/start")
    return chat


def test_a_job_from_the_app_is_told_when_it_ends_and_once(known: Chat) -> None:
    view = known.trader.reduce(FUTURES, "25")
    with known.work.sessions.begin() as session:
        tell_ended(session, session.get_one(Job, view.job.id))
    (told,) = news(known)
    assert told.key == f"receipt:{view.job.id}"
    assert told.user_id == known.trader.account.user_id
    known.work.send_all()
    assert "Reduced by 25\u00a0%" in known.shown()["text"]


def test_it_is_told_in_the_person_s_language_with_what_went_wrong(known: Chat) -> None:
    known.change(settings={"language": "ru"})
    known.trader.fault("reject", "", match={"symbol": "ETHUSDT"}, code=110007)
    known.trader.reduce(FUTURES, "25")
    known.work.send_all()
    shown = known.shown()["text"]
    assert shown.startswith("Ebb · Сокращение на 25\u00a0%\nСокращено на ")
    assert "test · Фьючерсы\nОбъём: " in shown
    assert shown.endswith("ETHUSDT: отклонено. " + text_of("reason.insufficient_margin", "ru"))


def test_nobody_is_written_to_who_never_allowed_it(chat: Chat) -> None:  # noqa: F811
    chat.trader.reduce(FUTURES, "25")
    assert news(chat) == []
    chat.change(telegram_id=None)
    chat.trader.reduce(FUTURES, "25")
    assert news(chat) == []


def test_a_kind_that_is_switched_off_is_not_told(known: Chat) -> None:
    known.change(settings={"notify": {"receipts": False}})
    known.trader.reduce(FUTURES, "25")
    with known.work.sessions.begin() as session:
        user_id = known.trader.account.user_id
        assert notices.add(session, user_id, "pin_locked", "second_factor:pin", {})
    (told,) = news(known)
    assert told.kind == "security"


def test_what_was_asked_in_the_chat_is_answered_there_all_the_same(known: Chat) -> None:
    known.change(settings={"notify": {"receipts": False}})
    known.write("/reduce 25")
    known.tap("Reduce by 25\u00a0%")
    known.finish()
    assert "Reduced by 25\u00a0%" in known.shown()["text"]


def test_who_blocked_the_bot_is_tried_once_until_they_start_it_again(known: Chat) -> None:
    known.phone.block()
    for percent in ("10", "20"):
        known.trader.reduce(FUTURES, percent)
    first, second = news(known)
    known.work.rest(5)
    known.work.send(first.id)
    assert known.work.row(second.id).state is SendState.REFUSED, "not tried"
    known.trader.reduce(FUTURES, "10")
    assert len(news(known)) == 2, "not owed"
    assert len(known.work.bot.ledger("refused")) <= 1
    known.write("/start")
    known.trader.reduce(FUTURES, "10")
    assert len(news(known)) == 3


def test_a_job_ends_though_its_message_can_t_be_owed(
    known: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("models.bot_news._OWE", text("select 1 / 0"))
        view = known.trader.reduce(FUTURES, "25")
        assert view.job.state is JobState.COMPLETED
        patch.setattr("trading.telling.ended_text", lambda *_: 1 / 0)
        assert known.trader.restore(FUTURES).job.state is JobState.COMPLETED
    assert news(known) == []
    assert known.size("BTCUSDT") == Decimal("0.4")


def test_a_key_that_the_exchange_refuses_is_told_once(
    known: Chat, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = AuthProblem(33004, "expired", "key_expired")
    monkeypatch.setattr("trading.key_checks._ask", lambda _: refusal)
    for _ in range(2):
        with known.work.sessions.begin() as session:
            session.execute(update(Account).values(checked_at=clock.utcnow().replace(year=2020)))
        check_keys(desk, known.work.sessions, pace_seconds=0)
    (told,) = news(known)
    assert told.kind == "key_warnings"
    assert told.text == (
        f"Bybit refuses the key “test” (…{known.trader.account.api_key_tail})."
        " The API key has expired. Connect a new one."
    )
