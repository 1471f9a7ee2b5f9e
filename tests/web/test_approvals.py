"""A browser is signed in by whoever owns the telephone number that it names, and by nobody else."""

from __future__ import annotations

import itertools
import re
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from redis import Redis
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from bot.context import Context
from bot.dispatch import handle
from core import clock
from core.redis_patience import ONCE
from core.roles import Role
from core.settings import Settings
from core.tallies import Tallies
from core.vault import Vault
from identity.approvals import LIFE
from models.approvals import Approval, ApprovalState, forget_old
from models.audit import AuditFilter, entries
from models.bot_sends import BotSend, SendState
from models.users import User
from telegram.bot_api import BotApi
from telegram.bots import bot_id
from telegram.updates import Contact, Message, Press, parse
from telegram.updates import Person as Sender
from tests.web.conftest import Person, problem
from tests.web.test_farewell import rows_with
from trading.desk import Desk

_ids = itertools.count(int(time.time() * 1000) + 10**15)
INIT, APPROVALS = "/api/auth/init", "/api/users/approvals"


def some_number() -> str:
    """Nobody's: requests for a number are counted, from run to run."""
    return f"+7{secrets.randbelow(10**10):010}"


@dataclass
class Owner:
    """Somebody in their chat with the bot, which hears them at once. `say` and `tap` give the
    bot's notes on buttons."""

    sessions: sessionmaker[Session]
    settings: Settings
    id: int
    number: str

    def share(self, number: str | None = None, *, of: int | None = None, **more: Any) -> None:
        contact = Contact((number or self.number).removeprefix("+"), of or self.id, "Анна")
        self._heard(Message(self.id, 1, None, self._sender(), "", contact, True, **more))

    def questions(self) -> list[BotSend]:
        """What the bot asked, as delivered, oldest first."""
        with self.sessions.begin() as session:
            session.execute(
                update(BotSend)
                .where(BotSend.chat_id == self.id, BotSend.state == SendState.OWED)
                .values(state=SendState.SENT, message_id=secrets.randbelow(2**31))
            )
            return [said for said in self._said(session) if said.kind == "approval"]

    def said(self) -> list[str]:
        with self.sessions() as session:
            return [said.text for said in self._said(session)]

    def tap(self, title: str, question: BotSend | None = None, **other: int) -> str | None:
        """Tap the button with this title under the latest question, or under the one given."""
        under = question or self.questions()[-1]
        assert under.buttons
        buttons = {one["text"]: one for row in under.buttons["inline_keyboard"] for one in row}
        press = Press(
            id="1",
            from_user=Sender(other.get("by", self.id), "Анна", language_code="en"),
            chat_id=other.get("chat", under.chat_id),
            message_id=other.get("message", under.message_id or 0),
            data=buttons[title]["callback_data"],
        )
        return self._heard(press)

    def numbers(self) -> list[str]:
        buttons = self.questions()[-1].buttons
        assert buttons
        return [button["text"] for button in buttons["inline_keyboard"][0]]

    def _said(self, session: Session) -> list[BotSend]:
        query = select(BotSend).where(BotSend.chat_id == self.id).order_by(BotSend.id)
        new = query.where(BotSend.edits_send.is_(None), BotSend.edits_message.is_(None))
        return list(session.scalars(new))

    def _sender(self) -> Sender:
        return Sender(self.id, "Анна", language_code="en")

    def _heard(self, update: Message | Press) -> str | None:
        token = self.settings.bot_tokens[0]
        with self.sessions.begin() as session:
            # The port of no server: what the bot says is only owed here.
            desk, api = Desk.from_settings(self.settings), BotApi(token, "http://127.0.0.1:9", 1)
            context = Context(session, desk, bot_id(token), api)
            handle(context, update)
            return context.answers[0][1] if context.answers else None


@dataclass
class Browser:
    """One that asks to be signed in."""

    client: FlaskClient
    known_secrets: Callable[..., None]
    session_id: str = ""
    match_number: str = ""

    def begin(self, number: str) -> TestResponse:
        answer = self.client.post(INIT, json={"phone_number": number})
        if answer.status_code == 200:
            told = answer.get_json()
            self.session_id, self.match_number = told["session_id"], told["match_number"]
        return answer

    def ask(self, wait: int = 0, **more: Any) -> TestResponse:
        path = f"/api/auth/status/{self.session_id}?wait={wait}"
        answer: TestResponse = self.client.get(path, **more)
        tokens = (answer.get_json() or {}).get("tokens") or {}
        self.known_secrets(*(tokens.get(name) for name in ("access_token", "refresh_token")))
        return answer

    def status(self) -> str:
        told = self.ask().get_json()
        assert told["tokens"] is None
        return str(told["status"])


@pytest.fixture(autouse=True)
def _answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.approvals._ANSWER_AFTER", 0)


@pytest.fixture
def make_owner(
    sessions: sessionmaker[Session], settings: Settings
) -> Iterator[Callable[[], Owner]]:
    made: list[Owner] = []

    def make() -> Owner:
        made.append(Owner(sessions, settings, next(_ids), some_number()))
        return made[-1]

    yield make
    # Nobody sends what is owed here, and no later test is to find it.
    with sessions.begin() as session:
        chats = [owner.id for owner in made]
        session.execute(delete(BotSend).where(BotSend.chat_id.in_(chats)))


@pytest.fixture
def owner(make_owner: Callable[[], Owner]) -> Owner:
    made = make_owner()
    made.share()
    return made


@pytest.fixture
def make_browser(app: OpenAPI, known_secrets: Callable[..., None]) -> Callable[[], Browser]:
    return lambda: Browser(app.test_client(), known_secrets)


@pytest.fixture
def browser(make_browser: Callable[[], Browser]) -> Browser:
    return make_browser()


def as_person(answer: TestResponse, browser: Browser) -> Person:
    tokens = answer.get_json()["tokens"]
    return Person(
        browser.client, tokens["access_token"], tokens["refresh_token"], browser.known_secrets
    )


def deeds(session: Session, user_id: str) -> list[tuple[str, dict[str, Any]]]:
    wanted = AuditFilter(user_id=uuid.UUID(user_id))
    told = entries(session, wanted, before=None, limit=20)
    return [(one.entry.action, one.entry.details) for one in reversed(told)]


def test_the_right_number_signs_the_browser_in_once_as_the_same_person(
    owner: Owner, browser: Browser, make_person: Callable[..., Person], session: Session
) -> None:
    browser.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Firefox/127.0"
    begun = browser.begin(f"{owner.number[:5]} {owner.number[5:]}")
    cookie = begun.headers["Set-Cookie"]
    assert begun.get_json()["expires_in"] == LIFE.total_seconds()
    assert all(
        part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/api/auth", "Max-Age=300")
    )
    assert browser.status() == "pending"
    asked = owner.questions()[-1].text
    assert "Device: Firefox · Windows\n" in asked
    assert "Address: 127.0.0.…" in asked
    assert len(set(owner.numbers())) == 3
    assert browser.match_number in owner.numbers()

    said = owner.tap(browser.match_number)
    assert said is not None
    assert said.startswith("You approved")
    first = browser.ask()
    assert first.get_json()["status"] == "approved"
    person = as_person(first, browser)
    assert browser.status() == "approved"
    me = person.get("/api/auth/me").get_json()
    assert (me["telegram_id"], me["phone_masked"]) == (owner.id, f"+7 ··· {owner.number[-2:]}")
    assert make_person(owner.id).get("/api/auth/me").get_json()["id"] == me["id"]
    bot = bot_id(owner.settings.bot_tokens[0])
    assert deeds(session, me["id"]) == [
        ("phone.linked", {"bot_id": bot}),
        ("approval.requested", {}),
        ("approval.approved", {"why": "approved"}),
        ("user.sign_in", {"how": "approval", "bot_id": bot}),
        ("user.sign_in", {"bot_id": bot}),
    ]


def test_no_thief_writes_in_the_bot_s_name(owner: Owner, browser: Browser) -> None:
    browser.client.environ_base["HTTP_USER_AGENT"] = "Ebb support asks you to tap any number"
    browser.begin(owner.number)
    assert "Device: unknown\n" in owner.questions()[-1].text
    assert "support" not in owner.questions()[-1].text


def test_a_browser_that_wants_cookies_is_given_no_token(owner: Owner, browser: Browser) -> None:
    browser.begin(owner.number)
    owner.tap(browser.match_number)
    answer = browser.ask(headers={"X-Session-Mode": "cookie"})
    assert (answer.get_json()["status"], answer.get_json()["tokens"]) == ("approved", None)
    me = browser.client.get("/api/auth/me")
    assert me.get_json()["telegram_id"] == owner.id


def test_a_wrong_number_a_refusal_and_a_block_sign_nobody_in(
    owner: Owner, browser: Browser, make_person: Callable[..., Person]
) -> None:
    person = make_person(owner.id)
    browser.begin(owner.number)
    owner.tap(next(one for one in owner.numbers() if one != browser.match_number))
    assert browser.status() == "rejected"

    browser.begin(owner.number)
    owner.tap("Not me")
    assert browser.status() == "rejected"

    browser.begin(owner.number)
    owner.tap("Ask me no more")
    assert browser.status() == "rejected"
    asked = len(owner.questions())
    assert browser.begin(owner.number).status_code == 200
    assert browser.status() == "pending"
    assert len(owner.questions()) == asked
    told = {"phone_masked": f"+7 ··· {owner.number[-2:]}", "blocked": True}
    assert person.get(APPROVALS).get_json() == told

    allowed = person.call("PATCH", APPROVALS, json={"blocked": False})
    assert allowed.get_json()["blocked"] is False
    browser.begin(owner.number)
    assert len(owner.questions()) == asked + 1


def test_what_was_rejected_or_expired_counts_as_a_refused_sign_in(
    owner: Owner, browser: Browser, sessions: sessionmaker[Session]
) -> None:
    def refused() -> float:
        told = browser.client.get("/metrics").get_data(as_text=True)
        counted = re.search(r'sign_ins_total{outcome="refused",way="approval"} (\S+)', told)
        return float(counted[1]) if counted else 0

    before = refused()
    browser.begin(owner.number)
    assert (browser.status(), refused()) == ("pending", before)
    owner.tap("Not me")
    assert (browser.status(), refused()) == ("rejected", before + 1)
    browser.begin(owner.number)
    with sessions.begin() as session:
        mine = Approval.id == uuid.UUID(browser.session_id)
        session.execute(update(Approval).where(mine).values(expires_at=clock.utcnow()))
    assert (browser.status(), refused()) == ("expired", before + 2)


def test_a_number_of_nobody_is_answered_like_one_of_somebody(
    owner: Owner,
    browser: Browser,
    make_browser: Callable[[], Browser],
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.approvals._ANSWER_AFTER", 0.05)
    nobodys = make_browser()
    before = clock.monotonic()
    known, unknown = browser.begin(owner.number), nobodys.begin(some_number())
    assert clock.monotonic() - before >= 0.1, "neither is answered sooner than the other could be"
    for answer in (known, unknown):
        assert set(answer.get_json()) == {"session_id", "expires_in", "match_number"}
    assert {name for name, _ in known.headers} == {name for name, _ in unknown.headers}
    looks = [one.ask().get_json() for one in (browser, nobodys)]
    assert all(290 < look.pop("expires_in") <= 300 for look in looks)
    assert looks[0] == looks[1] == {"status": "pending", "tokens": None}
    stored = session.get_one(Approval, uuid.UUID(nobodys.session_id))
    assert (stored.user_id, stored.bot_id) == (None, None)


def test_the_sixth_request_in_an_hour_is_refused_for_known_and_unknown_numbers(
    owner: Owner, browser: Browser
) -> None:
    for number in (owner.number, some_number()):
        assert [browser.begin(number).status_code for _ in range(5)] == [200] * 5
        refused = browser.begin(number)
        told = problem(refused, 429, "rate_limited")
        assert "60 min" in told["detail"]
        assert 3500 < int(refused.headers["Retry-After"]) <= 3600
    assert len(owner.questions()) == 5


def test_a_count_goes_on_while_redis_is_away() -> None:
    away = Redis(port=9, retry=ONCE)
    tallies = Tallies(away)
    assert [tallies.count("one", 60)[0] for _ in range(3)] == [1, 2, 3]
    assert tallies.count("other", 60) == (1, 60)


def test_only_the_browser_that_began_is_told(
    owner: Owner, browser: Browser, make_browser: Callable[[], Browser]
) -> None:
    browser.begin(owner.number)
    owner.tap(browser.match_number)
    other = make_browser()
    other.session_id = browser.session_id
    problem(other.ask(), 404, "not_found")
    session_id = other.session_id
    other.begin(some_number())
    other.session_id = session_id
    problem(other.ask(), 404, "not_found")
    assert browser.ask().get_json()["tokens"] is not None


def test_a_newer_request_replaces_the_older_one(
    owner: Owner, browser: Browser, make_browser: Callable[[], Browser], session: Session
) -> None:
    newer = make_browser()
    browser.begin(owner.number)
    old = owner.questions()[-1]
    newer.begin(owner.number)
    assert browser.status() == "expired"
    assert owner.tap(browser.match_number, old) == "This sign-in request is over."
    edit = session.scalars(select(BotSend).where(BotSend.edits_send == old.id)).one()
    assert (edit.text, edit.buttons) == ("This sign-in request is over.", None)
    owner.tap(newer.match_number)
    assert newer.ask().get_json()["tokens"] is not None


def test_a_request_expires_by_the_clock(
    owner: Owner, browser: Browser, make_browser: Callable[[], Browser], session: Session
) -> None:
    late = make_browser()
    browser.begin(owner.number)
    owner.tap(browser.match_number)
    late.begin(owner.number)
    for one in (browser, late):
        ended = update(Approval).where(Approval.id == uuid.UUID(one.session_id))
        session.execute(ended.values(expires_at=clock.utcnow() - timedelta(days=2)))
    session.commit()
    assert late.status() == "expired"
    assert owner.tap(late.match_number) == "This sign-in request is over."
    assert browser.status() == "expired", "approved, and not collected in time"
    session.expire_all()
    assert session.get_one(Approval, uuid.UUID(late.session_id)).state is ApprovalState.PENDING
    assert forget_old(session, timedelta(days=1), 100) >= 2
    session.commit()
    problem(late.ask(), 404, "not_found")


def test_a_tap_counts_from_the_owner_on_the_question_only(
    owner: Owner, make_owner: Callable[[], Owner], browser: Browser, session: Session
) -> None:
    stranger = make_owner()
    stranger.share()
    browser.begin(owner.number)
    (question,) = owner.questions()
    not_yours = "This request is not yours to answer here."
    elsewhere: list[dict[str, int]] = [
        {"by": stranger.id},
        {"by": stranger.id, "chat": stranger.id},
        {"chat": stranger.id},
        {"message": (question.message_id or 0) + 1},
        {"by": next(_ids)},
    ]
    for other in elsewhere:
        assert owner.tap(browser.match_number, question, **other) == not_yours
    assert browser.status() == "pending"
    # Telegram's answer to the question got lost: its number is not known.
    lost = update(BotSend).where(BotSend.id == question.id)
    session.execute(lost.values(state=SendState.UNKNOWN, message_id=None))
    session.commit()
    owner.tap(browser.match_number, question)
    assert browser.ask().get_json()["status"] == "approved"


def test_of_many_polls_at_once_one_gets_the_tokens(
    app: OpenAPI, owner: Owner, browser: Browser
) -> None:
    cookie = browser.begin(owner.number).headers["Set-Cookie"].partition(";")[0]
    owner.tap(browser.match_number)
    start = threading.Barrier(4)

    def poll(_: int) -> dict[str, Any]:
        start.wait()
        answer = app.test_client(use_cookies=False).get(
            f"/api/auth/status/{browser.session_id}", headers={"Cookie": cookie}
        )
        told: dict[str, Any] = answer.get_json()
        if told["tokens"]:
            browser.known_secrets(*told["tokens"].values())
        return told

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(poll, range(4)))
    assert {one["status"] for one in told} == {"approved"}
    assert sum(one["tokens"] is not None for one in told) == 1


def test_of_two_taps_at_once_one_decides(owner: Owner, browser: Browser) -> None:
    browser.begin(owner.number)
    (question,) = owner.questions()
    start = threading.Barrier(2)

    def tap(title: str) -> str | None:
        start.wait()
        return owner.tap(title, question)

    with ThreadPoolExecutor(2) as pool:
        notes = list(pool.map(tap, (browser.match_number, "Not me")))
    over = "This sign-in request is over."
    (decisive,) = [note for note in notes if note != over]
    said = {"approved": "You approved", "rejected": "You refused"}
    assert str(decisive).startswith(said[browser.ask().get_json()["status"]])


def test_of_many_requests_at_once_one_is_open(
    owner: Owner, make_browser: Callable[[], Browser]
) -> None:
    browsers = [make_browser() for _ in range(4)]
    start = threading.Barrier(4)

    def begin(one: Browser) -> int:
        start.wait()
        return one.begin(owner.number).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(begin, browsers)) == [200] * 4
    assert sorted(one.status() for one in browsers) == ["expired"] * 3 + ["pending"]


def test_a_poll_is_held_until_somebody_decides(owner: Owner, browser: Browser) -> None:
    browser.begin(owner.number)
    before = clock.monotonic()
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(browser.ask, 20)
        owner.tap("Not me")
        assert poll.result().get_json()["status"] == "rejected"
    assert clock.monotonic() - before < 5


def test_those_who_wait_leave_room_for_others(
    owner: Owner, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.approvals._HELD", threading.Semaphore(0))
    browser.begin(owner.number)
    before = clock.monotonic()
    assert browser.ask(wait=20).get_json()["status"] == "pending"
    assert clock.monotonic() - before < 5


def test_the_role_of_the_moment_counts_and_who_is_gone_gets_nothing(
    owner: Owner, browser: Browser, make_person: Callable[..., Person], session: Session
) -> None:
    person = make_person(owner.id)
    session.execute(update(User).where(User.telegram_id == owner.id).values(role=Role.VIP))
    session.commit()
    browser.begin(owner.number)
    owner.tap(browser.match_number)
    session.execute(update(User).where(User.telegram_id == owner.id).values(role=Role.USER))
    session.commit()
    signed_in = as_person(browser.ask(), browser)
    assert signed_in.get("/api/auth/me").get_json()["role"] == "user"

    browser.begin(owner.number)
    owner.tap(browser.match_number)
    question = owner.questions()[-1]
    gone = person.call("DELETE", "/api/users/me", json={"confirm": "DELETE"})
    assert gone.status_code == 204
    problem(browser.ask(), 404, "not_found")
    assert owner.tap("Not me", question) == "This request is not yours to answer here."


@pytest.mark.parametrize(
    ("more", "forwarded"), [({}, False), ({"forward_origin": {"type": "hidden_user"}}, True)]
)
def test_a_contact_that_was_passed_on_is_known_as_such(
    more: dict[str, Any], forwarded: bool
) -> None:
    raw = {
        "message_id": 1,
        "from": {"id": 7, "is_bot": False, "first_name": "A"},
        "chat": {"id": 7, "type": "private"},
        "contact": {"phone_number": "79990000000", "first_name": "A", "user_id": 7},
    }
    message = parse({"update_id": 1, "message": {**raw, **more}})
    assert isinstance(message, Message)
    assert message.is_forwarded is forwarded


def test_only_one_s_own_contact_is_linked(owner: Owner, make_owner: Callable[[], Owner]) -> None:
    thief = make_owner()
    thief.share(owner.number, of=owner.id)
    thief.share(owner.number, is_forwarded=True)
    assert set(thief.said()) == {"That is not your own contact. Share yours with the button below."}


def test_a_number_that_moves_is_taken_from_its_former_owner_who_is_told(
    owner: Owner,
    make_owner: Callable[[], Owner],
    browser: Browser,
    make_person: Callable[..., Person],
    session: Session,
) -> None:
    former, heir = make_person(owner.id), make_owner()
    browser.begin(owner.number)
    heir.share(owner.number)
    assert browser.status() == "expired"
    assert former.get("/api/auth/me").get_json()["phone_masked"] is None
    (notice,) = former.get("/api/notices").get_json()["items"]
    assert notice["kind"] == "phone_moved"
    assert notice["message"] in owner.said()
    me = former.get("/api/auth/me").get_json()["id"]
    assert deeds(session, me)[-1] == ("phone.unlinked", {"why": "moved"})
    browser.begin(owner.number)
    assert len(heir.questions()) == 1


def test_a_number_is_unlinked_in_the_app(
    owner: Owner, browser: Browser, make_person: Callable[..., Person]
) -> None:
    person = make_person(owner.id)
    assert person.call("DELETE", "/api/users/phone").status_code == 204
    problem(person.call("DELETE", "/api/users/phone"), 404, "not_found")
    browser.begin(owner.number)
    assert owner.questions() == []


def test_a_number_is_found_after_the_master_secret_was_replaced(
    owner: Owner,
    settings: Settings,
    browser: Browser,
    app: OpenAPI,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = app.extensions["desk"]
    newer = Vault([secrets.token_urlsafe(48), *settings.masters])
    monkeypatch.setitem(app.extensions, "desk", replace(desk, vault=newer))
    browser.begin(owner.number)
    assert len(owner.questions()) == 1


@pytest.mark.parametrize("number", ["", "89123456789", "+7912", "me", 79123456789])
def test_what_is_no_number_is_refused_by_its_field(browser: Browser, number: Any) -> None:
    refused = problem(browser.begin(number), 400, "validation_failed")
    assert refused["errors"][0]["field"] == "phone_number"


def test_no_table_holds_a_number_in_the_clear(
    owner: Owner, browser: Browser, session: Session
) -> None:
    browser.begin(owner.number)
    assert rows_with(session, owner.number[1:]) == set()
