"""What a person can ask the bot for, and what it says instead where it can't."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from models.bot_news import switches
from models.users import User
from tests.bot.conftest import BotAtWork
from tests.bot.traders import Chat, buttons, opens_app
from tests.trading.conftest import Trader, make_trader  # noqa: F401 - a fixture
from trading.pause import set_paused

BOOK = [
    {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"},
    {"category": "linear", "symbol": "ETHUSDT", "side": "Sell", "size": "3"},
]
BALANCES = {"USDT": "100000", "ETH": "2"}
MakeTrader = Callable[..., Trader]


@pytest.fixture
def chat(work: BotAtWork, make_trader: MakeTrader) -> Chat:  # noqa: F811
    trader = make_trader(balances=BALANCES, positions=BOOK)
    with work.sessions() as session:
        telegram_id = session.get_one(User, trader.account.user_id).telegram_id
    return Chat(work, trader, work.bot.person(telegram_id, language_code="en"))


def test_status_tells_accounts_jobs_and_the_pause(chat: Chat) -> None:
    shown = chat.write("/status")["text"]
    assert f"test, default: key …{chat.trader.account.api_key_tail} (sandbox), works" in shown
    assert chat.says("bot.status_no_jobs")
    assert chat.says("bot.status_on")
    chat.write("/reduce 25")
    chat.tap("Reduce by 25\u00a0%")
    with chat.work.sessions() as session:
        set_paused(session, True, by="test")
        shown = chat.write("/status")["text"]
        set_paused(session, False, by="test")
    assert "Reduce by 25\u00a0% · test · Futures · accepted" in shown
    assert chat.says("bot.status_paused")
    assert opens_app(chat.shown())


def test_positions_show_the_book_that_is_named(chat: Chat) -> None:
    lines = chat.write("/positions")["text"].splitlines()
    assert lines[0] == "test · Futures"
    assert lines[1].startswith("Positions: 2, worth ")
    assert lines[3].startswith("BTCUSDT long: 0.4 · ")
    assert lines[4].startswith("ETHUSDT short: 3 · ")
    assert "ETHUSDT: 2 · " in chat.write("/positions spot")["text"]
    chat.change(settings={"language": "ru", "default_market": "spot"})
    assert chat.write("/positions")["text"].startswith("test · Спот\nПозиций: 1, на ")


def test_a_long_book_is_cut(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.positions._MOST", 1)
    shown = chat.write("/positions")
    assert "ETHUSDT" not in shown["text"]
    assert shown["text"].endswith("… and 1 more")
    assert opens_app(shown)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("/reduce", "reduce_usage"),
        ("/reduce 0", "reduce_usage"),
        ("/reduce 101", "reduce_usage"),
        ("/reduce 12,345", "reduce_usage"),
        ("/reduce 25 50", "reduce_usage"),
        ("/reduce half", "reduce_usage"),
        ("/restore BTCUSDT", "restore_usage"),
        ("/positions 25", "positions_usage"),
    ],
)
def test_what_can_t_be_meant_is_answered_with_how_to_write_it(
    chat: Chat, words: str, key: str
) -> None:
    chat.write(words)
    assert chat.says(f"bot.{key}")
    assert chat.jobs() == []


def test_whoever_has_no_account_is_sent_to_the_app(work: BotAtWork) -> None:
    stranger, newcomer = work.bot.person(), work.bot.person()
    with work.sessions.begin() as session:
        session.add(User(telegram_id=newcomer.id))
    for command in ("/positions", "/reduce 25", "/status", "/notify", "/stop", "/language"):
        stranger.write(command)
    newcomer.write("/reduce 25")
    for row in work.hear():
        work.handle(row)
    work.send_all()
    assert {one["text"] for one in stranger.messages()} == {
        "Ebb does not know you yet. Open the app once, and connect a Bybit key there."
    }
    (told,) = newcomer.messages()
    assert told["text"] == "No Bybit key is connected. Connect a Bybit API key first."
    assert opens_app(told)


def test_an_exchange_that_is_away_is_said_and_the_question_not_asked(chat: Chat) -> None:
    chat.trader.fault("drop_before", "/v5/position/list", count=-1)
    for command in ("/positions", "/reduce 25"):
        chat.write(command)
        assert chat.says("problem.exchange_unreachable.title")
        assert buttons(chat.shown()) == {}


def test_while_many_ask_the_exchange_others_wait_their_turn(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.BoundedSemaphore(1)
    monkeypatch.setattr("bot.handling._LOOKS", gate)
    # Whoever waits is not counted again.
    monkeypatch.setattr("bot.looking._MOST", 1)
    gate.acquire()
    chat.phone.write("/positions")
    (row,) = chat.work.hear()
    chat.work.handle(row)
    assert chat.work.owed() == []
    assert chat.work.update(row).tries == 0
    gate.release()
    chat.go()
    assert "BTCUSDT" in chat.shown()["text"]


def test_who_asks_too_often_is_told_when_to_come_back(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.looking._MOST", 2)
    chat.write("/positions")
    chat.write("/reduce 25")
    for language, words in (("en", "Too often. Try again in "), ("ru", "Слишком часто. ")):
        chat.change(settings={"language": language})
        for command in ("/status", "/restore"):
            assert chat.write(command)["text"].startswith(words)
    assert chat.write("/language en")["text"] == "Ebb speaks English now."


def test_in_a_group_nothing_is_told_of_anybody(chat: Chat) -> None:
    group = chat.work.bot.control("POST", "groups", {"bot_id": chat.work.bot.id})
    for command in ("/positions", "/reduce 25", "/status"):
        chat.phone.write(command, chat_id=group["id"])
    chat.go()
    assert chat.work.owed() == []


def test_the_language_is_chosen_by_a_tap_or_a_word(chat: Chat) -> None:
    assert list(buttons(chat.write("/language"))) == ["English", "Русский", "As in Telegram"]
    chat.tap("Русский")
    assert chat.shown()["text"] == "Теперь Ebb говорит по-русски."
    assert chat.write("/language en")["text"] == "Ebb speaks English now."


def test_each_kind_is_switched_by_a_tap(chat: Chat) -> None:
    assert "✅ Receipts of jobs" in buttons(chat.write("/notify"))
    chat.tap("✅ Receipts of jobs")
    assert "⬜ Receipts of jobs" in buttons(chat.shown())
    assert on(chat) == {"key_warnings", "security", "signals"}
    chat.tap("⬜ Receipts of jobs")
    assert "receipts" in on(chat)


def test_stop_switches_all_off_and_start_on_again(chat: Chat) -> None:
    chat.write("/stop")
    assert chat.says("bot.notify_stopped")
    assert on(chat) == set()
    chat.write("/start")
    assert on(chat) == {"receipts", "key_warnings", "security", "signals"}
    chat.write("/notify")
    chat.tap("✅ Signals")
    chat.write("/start")
    assert "signals" not in on(chat), "it greets, and changes nothing that was chosen"


def on(chat: Chat) -> set[str]:
    with chat.work.sessions() as session:
        user = session.get_one(User, chat.trader.account.user_id)
        return {kind.value for kind, is_on in switches(user.settings).items() if is_on}
