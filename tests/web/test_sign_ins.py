"""Where a person is signed in, and how that ends."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask_jwt_extended import create_access_token
from flask_openapi3 import OpenAPI
from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session

from core import clock
from models.base import db
from models.sign_ins import SignIn
from tests.web.conftest import Person, problem
from web.origin import shortened
from web.platforms import platform

PATH = "/api/auth/sessions"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0"


def sessions_of(person: Person) -> list[dict[str, object]]:
    items: list[dict[str, object]] = person.get(PATH).get_json()["items"]
    return items


def refresh(person: Person) -> tuple[int, str | None]:
    answer = person.client.post(
        "/api/auth/refresh", headers={"Authorization": f"Bearer {person.refresh}"}
    )
    body = answer.get_json()
    person.known_secrets(body.get("access_token"), body.get("refresh_token"))
    return answer.status_code, body.get("code")


@pytest.fixture
def elsewhere(app: OpenAPI) -> Callable[[], None]:
    """Lets what this process remembers of sign-ins grow too old, as another process's does."""
    return app.extensions["living_sign_ins"].forget_all  # type: ignore[no-any-return]


def test_a_person_sees_where_they_are_signed_in_and_ends_one(
    make_person: Callable[..., Person],
) -> None:
    phone = make_person()
    computer = make_person(phone.get("/api/auth/me").get_json()["telegram_id"])
    listed = sessions_of(phone)
    assert [item["is_current"] for item in listed] == [False, True]
    assert (listed[0]["platform"], listed[0]["remote_addr"]) == ("Werkzeug", "127.0.0.…")

    assert phone.call("DELETE", f"{PATH}/{listed[0]['id']}").status_code == 204
    problem(computer.get("/api/jobs"), 401, "session_ended")
    assert refresh(computer) == (401, "session_ended")
    assert [item["is_current"] for item in sessions_of(phone)] == [True]
    problem(phone.call("DELETE", f"{PATH}/{listed[0]['id']}"), 404, "not_found")


def test_what_another_process_ended_is_refused_when_its_memory_is_old(
    person: Person, session: Session, elsewhere: Callable[[], None]
) -> None:
    (current,) = sessions_of(person)
    session.delete(session.get_one(SignIn, uuid.UUID(str(current["id"]))))
    session.commit()
    assert person.get("/api/jobs").status_code == 200
    # A refresh asks the database each time.
    assert refresh(person) == (401, "session_ended")
    elsewhere()
    problem(person.get("/api/jobs"), 401, "session_ended")


def test_all_others_end_and_signing_out_ends_this_one(make_person: Callable[..., Person]) -> None:
    one = make_person()
    others = [make_person(one.get("/api/auth/me").get_json()["telegram_id"]) for _ in range(2)]
    assert one.call("DELETE", PATH).status_code == 204
    for other in others:
        problem(other.get("/api/jobs"), 401, "session_ended")
    assert len(sessions_of(one)) == 1
    assert one.post("/api/auth/logout").status_code == 204
    problem(one.get("/api/jobs"), 401, "session_ended")
    assert refresh(one) == (401, "session_ended")


def test_another_person_s_sign_in_is_not_to_be_found(
    person: Person, make_person: Callable[..., Person]
) -> None:
    (theirs,) = sessions_of(make_person())
    problem(person.call("DELETE", f"{PATH}/{theirs['id']}"), 404, "not_found")


def test_a_token_from_before_there_were_sign_ins_is_refused(app: OpenAPI, person: Person) -> None:
    with app.app_context():
        old = create_access_token(person.get("/api/auth/me").get_json()["id"])
    person.known_secrets(old)
    person.token = old
    problem(person.get("/api/jobs"), 401, "unauthenticated")


def test_a_sign_in_is_seen_now_and_then_and_goes_when_its_tokens_ran_out(
    make_person: Callable[..., Person], session: Session, elsewhere: Callable[[], None]
) -> None:
    person = make_person()
    (shown,) = sessions_of(person)
    seen = clock.utcnow() - timedelta(minutes=6)
    session.execute(update(SignIn).where(SignIn.id == shown["id"]).values(last_seen_at=seen))
    session.commit()
    elsewhere()
    assert str(sessions_of(person)[0]["last_seen_at"]) > seen.isoformat()
    long_ago = clock.utcnow() - timedelta(days=400)
    session.execute(update(SignIn).where(SignIn.id == shown["id"]).values(last_seen_at=long_ago))
    session.commit()
    again = make_person(person.get("/api/auth/me").get_json()["telegram_id"])
    assert len(sessions_of(again)) == 1
    assert session.get(SignIn, uuid.UUID(str(shown["id"])), populate_existing=True) is None


@pytest.fixture
def statements(app: OpenAPI) -> Iterator[list[str]]:
    """The SQL of this process's application."""
    seen: list[str] = []
    with app.app_context():
        engine: Engine = db.engine

    def note(*call: object) -> None:
        seen.append(str(call[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_poll_does_not_ask_for_the_sign_in_again(person: Person, statements: list[str]) -> None:
    person.get("/api/jobs")
    statements.clear()
    person.get("/api/jobs")
    assert len(statements) == 1
    assert "sign_ins" not in statements[0]


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (f"{IPHONE} (KHTML, like Gecko) Mobile/15E148", "Telegram iOS"),
        (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari · iOS"),
        (
            f"Mozilla/5.0 (Linux; Android 14; K) {WEBKIT} Safari/537.36 Telegram-Android/11.3",
            "Telegram Android",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64) {WEBKIT} Safari/537.36", "Chrome · Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Safari/537.36 Edg/126.0", "Edge · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko Firefox/127.0", "Firefox · Linux"),
        ("curl/8.5.0", "curl"),
        ("Mozilla/5.0", ""),
        ("", ""),
    ],
)
def test_a_device_is_told_in_two_words(agent: str, told: str) -> None:
    assert platform(agent) == told


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("203.0.113.9", "203.0.113.…"),
        ("2001:db8::7", "2001:db8:0:…"),
        (None, ""),
    ],
)
def test_an_address_is_told_without_its_end(address: str | None, told: str) -> None:
    assert shortened(address) == told
