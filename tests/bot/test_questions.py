"""The way from a command to an order: asked, agreed to once, and told how it ended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, update

from models.bot_questions import BotQuestion
from models.second_factors import SecondFactor
from models.sessions import make_engine, make_sessions
from models.states import JobState
from tests.bot.test_commands import chat  # noqa: F401 - a fixture
from tests.bot.traders import Chat, buttons, opens_app
from tests.trading.conftest import make_trader  # noqa: F401 - a fixture
from trading.cancel import cancel_job

AGREE = "Reduce by 25\u00a0%"


def test_a_reduce_is_asked_accepted_and_told_in_one_message(chat: Chat) -> None:  # noqa: F811
    asked = chat.write("/reduce 25%")
    assert asked["text"].startswith("Reduce by 25\u00a0%\ntest · Futures\nPositions: 2, about ")
    assert "BTCUSDT long: 0.1 · " in asked["text"]
    assert list(buttons(asked)) == [AGREE, "Cancel"]
    assert chat.jobs() == []
    assert chat.tap(AGREE) == "Accepted. The result will stand here."
    assert chat.says("bot.question_accepted")
    assert buttons(chat.shown()) == {}
    chat.finish()
    told = chat.shown()
    assert told["message_id"] == asked["message_id"]
    lines = told["text"].splitlines()
    assert lines[:3] == ["Ebb · Reduce by 25\u00a0%", "Reduced by 25\u00a0%", "test · Futures"]
    assert lines[3].startswith("Traded: ")
    assert lines[4].startswith("Fees: ")
    assert chat.size("BTCUSDT") == Decimal("0.3")


def test_only_what_is_named_is_reduced_and_the_rest_is_said(chat: Chat) -> None:  # noqa: F811
    asked = chat.write("/reduce 12,5 ethusdt")
    assert "BTCUSDT" not in asked["text"]
    chat.tap("Reduce by 12.5\u00a0%")
    chat.finish()
    assert (chat.size("BTCUSDT"), chat.size("ETHUSDT")) == (Decimal("0.4"), Decimal("-2.63"))
    asked = chat.write("/reduce 0.01 BTCUSDT")
    assert chat.says("job.nothing_to_reduce")
    assert chat.says("reason.below_lot_step")
    assert buttons(asked) == {}
    chat.write("/reduce 25 NOSUCHUSDT")
    assert chat.says("problem.unknown_symbol.title")


def test_a_restore_is_asked_and_told_with_its_round_trip(chat: Chat) -> None:  # noqa: F811
    chat.write("/restore")
    assert chat.says("problem.nothing_to_restore.title")
    chat.write("/reduce 25")
    chat.tap(AGREE)
    chat.finish()
    asked = chat.write("/restore")
    assert "BTCUSDT long: 0.1 · " in asked["text"]
    chat.tap("Restore 100\u00a0%")
    chat.finish()
    assert "Positions restored" in chat.shown()["text"]
    assert "Round trip: " in chat.shown()["text"]
    assert chat.size("BTCUSDT") == Decimal("0.4")


def test_a_double_tap_is_one_job(chat: Chat) -> None:  # noqa: F811
    message = chat.write("/reduce 25")
    data = buttons(message)[AGREE]
    presses = [chat.phone.press(message["message_id"], data) for _ in range(2)]
    rows = chat.work.hear()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(chat.work.handle, rows))
    (job,) = chat.jobs()
    assert chat.work.rung == [job.id], "at once, and once"
    notes = {chat.phone.answer(press) for press in presses}
    assert notes == {"Accepted. The result will stand here.", "This was answered already."}
    assert chat.work.hear() == []


def test_what_was_cancelled_or_is_two_minutes_old_sends_nothing(chat: Chat) -> None:  # noqa: F811
    message = chat.write("/reduce 25")
    data = buttons(message)[AGREE]
    chat.tap("Cancel")
    assert chat.says("bot.question_declined")
    press = chat.phone.press(message["message_id"], data, stale=True)
    chat.go()
    assert chat.phone.answer(press) == "This was answered already."
    chat.write("/reduce 25")
    with chat.work.sessions.begin() as session:
        past = func.now() - timedelta(seconds=121)
        session.execute(update(BotQuestion).values(created_at=past))
    chat.tap(AGREE)
    assert chat.says("bot.question_expired_reduce")
    assert buttons(chat.shown()) == {}
    assert chat.jobs() == []


def test_another_person_s_tap_counts_nothing(chat: Chat) -> None:  # noqa: F811
    data = buttons(chat.write("/reduce 25"))[AGREE]
    thief = chat.work.bot.person()
    thief.write("/start")
    chat.go()
    press = thief.press(thief.messages()[-1]["message_id"], data, stale=True)
    chat.go()
    assert thief.answer(press) is not None
    assert chat.jobs() == []
    chat.tap(AGREE)
    assert len(chat.jobs()) == 1, "the question stands for whom it was asked"


def test_above_the_amount_of_the_policy_it_has_to_be_confirmed_in_the_app(
    chat: Chat,  # noqa: F811
) -> None:
    message = chat.write("/reduce 25")
    data = buttons(message)[AGREE]
    with chat.work.sessions.begin() as session:
        person = chat.trader.account.user_id
        session.add(SecondFactor(user_id=person, pin_enc="x", confirm_over=Decimal(100)))
    # It came into force between the question and the tap.
    chat.phone.press(message["message_id"], data)
    chat.go()
    assert chat.says("bot.question_confirm")
    assert opens_app(chat.shown())
    shown = chat.write("/reduce 25")
    assert chat.says("bot.question_confirm")
    assert buttons(shown) == {}
    assert opens_app(shown)
    assert chat.jobs() == []
    chat.write("/reduce 0.5 ETHUSDT")
    chat.tap("Reduce by 0.5\u00a0%")
    assert len(chat.jobs()) == 1, "what is worth less is accepted"


def test_an_exchange_that_is_away_at_the_tap_leaves_the_question_open(
    chat: Chat,  # noqa: F811
) -> None:
    chat.write("/reduce 25")
    with chat.work.sessions.begin() as session:
        person = chat.trader.account.user_id
        session.add(SecondFactor(user_id=person, pin_enc="x", confirm_over=Decimal(10**9)))
    away = {"path": "/v5/position/list", "api_key": chat.trader.api_key}
    fault = chat.trader.control(
        "POST", "faults", {"kind": "drop_before", "match": away, "count": -1}
    )
    note = chat.tap(AGREE)
    assert note is not None
    assert note.startswith("The exchange can't be reached.")
    chat.trader.control("DELETE", f"faults/{fault['id']}")
    chat.tap(AGREE)
    assert len(chat.jobs()) == 1


def test_a_cancel_in_the_app_is_told_in_the_question_s_place(chat: Chat) -> None:  # noqa: F811
    chat.write("/reduce 25")
    chat.tap(AGREE)
    (job,) = chat.jobs()
    with chat.work.sessions() as session:
        cancelled = cancel_job(session, job.user_id, job.id)
    assert cancelled.state is JobState.CANCELLED
    chat.work.send_all()
    assert "Cancelled, nothing was sent" in chat.shown()["text"]


def test_a_worker_that_dies_right_after_the_job_s_commit_changes_nothing(
    chat: Chat,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Died(BaseException):
        pass

    def dies(*_: object) -> None:
        raise Died

    message = chat.write("/reduce 25")
    chat.phone.press(message["message_id"], buttons(message)[AGREE])
    (row,) = chat.work.hear()
    with monkeypatch.context() as patch:
        patch.setattr("models.bot_updates.mark_handled", dies)
        with pytest.raises(Died):
            chat.work.handle(row)
    assert len(chat.jobs()) == 1
    chat.finish()
    chat.go()
    assert len(chat.jobs()) == 1
    assert "Reduced by 25\u00a0%" in chat.shown()["text"], "the receipt stays"


def test_no_transaction_waits_for_a_slow_exchange(
    chat: Chat,  # noqa: F811
    database_url: str,
) -> None:
    with chat.work.sessions.begin() as session:
        person = chat.trader.account.user_id
        session.add(SecondFactor(user_id=person, pin_enc="x", confirm_over=Decimal(10**9)))
    hasty = make_engine(database_url, idle_seconds=0.4)
    chat.work.sessions = make_sessions(hasty)
    slow = {"ms": 1000, "count": 3}
    chat.trader.fault("delay", "/v5/position/list", **slow)
    assert AGREE in buttons(chat.write("/reduce 25"))
    chat.trader.fault("delay", "/v5/position/list", **slow)
    chat.tap(AGREE)
    assert len(chat.jobs()) == 1
    hasty.dispose()
