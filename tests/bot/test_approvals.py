"""The whole way of a sign-in by approval: browser, served application and Telegram over HTTP."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests
from pydantic import SecretStr
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from bot.handling import handle
from bot.sending import send
from core.redis_patience import quick_redis
from core.settings import Settings
from core.tallies import Tallies
from models.approvals import Approval
from models.base import db
from models.bot_sends import BotSend, SendState
from models.bot_updates import BotUpdate
from telegram.bot_api import BotApi
from tests.bots import BotUnderTest, Phone
from trading.desk import Desk
from web.app import create_app
from worker.bot_polling import poll_once


@dataclass
class Courier:
    """What the worker does for one bot, at a test's word: hears everybody, then sends all."""

    bot: BotUnderTest
    sessions: sessionmaker[Session]
    settings: Settings
    offset: int | None = None

    def go(self) -> None:
        apis = {self.bot.id: self.bot.api}
        tallies = Tallies(quick_redis(self.settings.redis_address))
        self.offset = poll_once(self.sessions, self.bot.api, self.offset, wait_seconds=0)
        with self.sessions() as session:
            heard = select(BotUpdate.id).where(
                BotUpdate.bot_id == self.bot.id, BotUpdate.handled_at.is_(None)
            )
            for row_id in session.scalars(heard.order_by(BotUpdate.id)).all():
                handle(self.sessions, Desk.from_settings(self.settings), apis, tallies, row_id)
        with self.sessions() as session:
            owed = select(BotSend.id).where(
                BotSend.bot_id == self.bot.id, BotSend.state == SendState.OWED
            )
            for send_id in session.scalars(owed.order_by(BotSend.id)).all():
                self._rest()
                send(self.sessions, apis, send_id)

    def _rest(self) -> None:
        """As if the pace of a chat let the next message out."""
        with self.sessions.begin() as session:
            past = BotSend.began_at - timedelta(seconds=5)
            session.execute(
                update(BotSend).where(BotSend.bot_id == self.bot.id).values(began_at=past)
            )


@dataclass
class Browser:
    """A browser at the served application."""

    url: str
    known_secrets: Callable[..., None]
    http: requests.Session = field(default_factory=requests.Session)
    session_id: str = ""
    match_number: str = ""

    def begin(self, number: str) -> requests.Response:
        answer = self.http.post(
            f"{self.url}/api/auth/init", json={"phone_number": number}, timeout=10
        )
        assert answer.status_code == 200, answer.text
        self.session_id = answer.json()["session_id"]
        self.match_number = answer.json()["match_number"]
        return answer

    def ask(self, wait: int = 0) -> dict[str, Any]:
        answer = self.http.get(
            f"{self.url}/api/auth/status/{self.session_id}", params={"wait": wait}, timeout=30
        )
        told: dict[str, Any] = answer.json()
        for name in ("access_token", "refresh_token"):
            self.known_secrets(*filter(None, [(told.get("tokens") or {}).get(name)]))
        return told


@pytest.fixture(scope="module")
def bot(
    telegram: Callable[..., Any], telegram_url: str, known_secrets: Callable[..., None]
) -> BotUnderTest:
    """The only bot of the application here."""
    token = f"{secrets.randbelow(2**40) + 1}:{secrets.token_hex(16)}"
    known_secrets(token, token.partition(":")[2])
    telegram("POST", "bots", {"token": token})
    return BotUnderTest(token, BotApi(token, telegram_url, timeout_seconds=5), telegram)


@pytest.fixture(scope="module")
def served(bot: BotUnderTest, settings: Settings) -> Iterator[tuple[str, Settings]]:
    """The address of an application of this bot."""
    ours = settings.model_copy(update={"telegram_bot_token": SecretStr(bot.token)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.app.configure_logs", lambda *_, **__: None)
        app = create_app(ours)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}", ours
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def courier(
    bot: BotUnderTest, served: tuple[str, Settings], sessions: sessionmaker[Session]
) -> Courier:
    return Courier(bot, sessions, served[1])


@pytest.fixture
def make_browser(
    served: tuple[str, Settings], known_secrets: Callable[..., None]
) -> Iterator[Callable[[], Browser]]:
    made: list[Browser] = []

    def make() -> Browser:
        made.append(Browser(served[0], known_secrets))
        return made[-1]

    yield make
    for browser in made:
        browser.http.close()


@pytest.fixture
def browser(make_browser: Callable[[], Browser]) -> Browser:
    return make_browser()


def some_number() -> str:
    """Nobody's: requests for a number are counted, from run to run."""
    return f"+7{secrets.randbelow(10**10):010}"


@pytest.fixture
def number() -> str:
    return some_number()


@pytest.fixture
def anna(bot: BotUnderTest, courier: Courier, number: str) -> Phone:
    """Someone who linked their number in the bot."""
    made = bot.person(first_name="Анна", language_code="en")
    made.write("/start link")
    courier.go()
    (chat,) = [one for one in bot.control("GET", "chats", bot_id=bot.id) if one["id"] == made.id]
    assert chat["keyboard"]["keyboard"][0][0]["request_contact"] is True
    made.share_contact(number.removeprefix("+"))
    courier.go()
    assert f"+7 ··· {number[-2:]} is linked" in made.messages()[-1]["text"]
    return made


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """The data of a message's buttons by what they say."""
    return {button["text"]: button["callback_data"] for row in message["buttons"] for button in row}


def tap(courier: Courier, person: Phone, title: str) -> str | None:
    """Tap under the latest message; the bot's note."""
    message = person.messages()[-1]
    press = person.press(message["message_id"], buttons(message)[title])
    courier.go()
    return person.answer(press)


def test_a_browser_is_signed_in_by_a_tap_in_telegram(
    anna: Phone, number: str, browser: Browser, courier: Courier
) -> None:
    browser.begin(number)
    courier.go()
    assert len(buttons(anna.messages()[-1])) == 5
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(browser.ask, 20)
        note = tap(courier, anna, browser.match_number)
        told = held.result()
    assert note is not None
    assert note.startswith("You approved the sign-in.")
    changed = anna.messages()[-1]
    assert (changed["text"], buttons(changed)) == (note, {})
    assert told["status"] == "approved"
    bearer = {"Authorization": f"Bearer {told['tokens']['access_token']}"}
    me = browser.http.get(f"{browser.url}/api/auth/me", headers=bearer, timeout=10).json()
    assert (me["telegram_id"], me["phone_masked"]) == (anna.id, f"+7 ··· {number[-2:]}")
    again = browser.ask()
    assert (again["status"], again["tokens"]) == ("approved", None)


def test_a_refusal_a_wrong_number_and_a_block_are_told_to_the_browser(
    anna: Phone, number: str, browser: Browser, courier: Courier
) -> None:
    wrong = "The browser shows another number, so nobody was signed in. Begin again there."
    for title, note in (("Not me", "You refused the sign-in."), ("wrong", wrong), ("Ask", None)):
        browser.begin(number)
        courier.go()
        shown = buttons(anna.messages()[-1])
        numbers = [one for one in shown if one.isdecimal() and one != browser.match_number]
        titles = {"wrong": numbers[0], "Ask": "Ask me no more"}
        said = tap(courier, anna, titles.get(title, title))
        assert note is None or said == note
        assert browser.ask()["status"] == "rejected"
    before = anna.messages()
    browser.begin(number)
    courier.go()
    assert anna.messages() == before, "nobody is asked any more"


def test_what_ran_out_what_is_another_s_and_what_is_nobody_s_sign_nobody_in(
    anna: Phone,
    number: str,
    make_browser: Callable[[], Browser],
    courier: Courier,
    session: Session,
) -> None:
    late, thief, nobodys = make_browser(), make_browser(), make_browser()
    begun = late.begin(number)
    courier.go()
    thief.session_id = late.session_id
    assert thief.ask()["code"] == "not_found"
    unknown = nobodys.begin(some_number())
    assert set(unknown.json()) == set(begun.json())
    assert set(unknown.headers) == set(begun.headers)
    assert nobodys.ask()["status"] == "pending"

    past = update(Approval).where(Approval.id == late.session_id)
    session.execute(past.values(expires_at=func.now()))
    session.commit()
    assert tap(courier, anna, late.match_number) == "This sign-in request is over."
    assert late.ask()["status"] == "expired"


def test_the_latest_question_alone_has_buttons(
    anna: Phone, number: str, make_browser: Callable[[], Browser], courier: Courier
) -> None:
    older, newer = make_browser(), make_browser()
    older.begin(number)
    courier.go()
    newer.begin(number)
    courier.go()
    first, second = anna.messages()[-2:]
    assert (first["text"], buttons(first)) == ("This sign-in request is over.", {})
    assert newer.match_number in buttons(second)
    assert older.ask()["status"] == "expired"
