"""What each role may do, and that every route says what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask_jwt_extended import create_access_token
from flask_openapi3 import OpenAPI
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from core import clock
from core.roles import PERMISSIONS, Permission, Role, may
from core.settings import Settings
from models.audit import AuditEntry
from tests.web.conftest import Person, problem
from trading.pause import set_paused
from web import guard
from web.app import create_app
from web.living import living

SENDING, AUDIT = "/api/admin/sending", "/api/admin/audit"


@pytest.fixture
def promote(app: OpenAPI) -> Callable[[Person, Role], None]:
    """By the operators' command."""

    def run(person: Person, role: Role) -> None:
        telegram_id = person.get("/api/auth/me").get_json()["telegram_id"]
        result = app.test_cli_runner().invoke(args=["people", "role", str(telegram_id), role.value])
        assert result.exit_code == 0, result.output

    return run


@pytest.fixture
def admin(make_person: Callable[..., Person], promote: Callable[[Person, Role], None]) -> Person:
    made = make_person()
    promote(made, Role.ADMIN)
    return made


@pytest.fixture
def resumed(sessions: sessionmaker[Session]) -> Iterator[None]:
    yield
    with sessions() as session:
        set_paused(session, False, by="test")


def test_every_route_declares_what_it_needs(app: OpenAPI) -> None:
    assert guard.undeclared(app) == []


def test_a_route_that_declares_nothing_is_found_and_refused(
    settings: Settings, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.app.configure_logs", lambda *_, **__: None)
    careless = create_app(settings)
    careless.add_url_rule("/api/careless", "careless", lambda: "hello")
    assert guard.undeclared(careless) == ["/api/careless"]
    headers = {"Authorization": f"Bearer {person.token}"}
    problem(careless.test_client().get("/api/careless", headers=headers), 403, "forbidden")


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (Role.OWNER, ["all"]),
        (Role.ADMIN, ["all"]),
        (Role.MANAGER, ["read_leads", "reply", "trade"]),
        (Role.MODERATOR, ["mute", "trade", "warn"]),
        (Role.VIP, ["trade"]),
        (Role.USER, ["trade"]),
    ],
)
def test_a_person_is_told_their_role_and_what_operators_do_is_kept_from_most(
    person: Person, promote: Callable[[Person, Role], None], role: Role, permissions: list[str]
) -> None:
    promote(person, role)
    me = person.get("/api/auth/me").get_json()
    assert (me["role"], me["permissions"]) == (role, permissions)
    for path in (SENDING, AUDIT):
        answer = person.get(path)
        if "all" in permissions:
            assert answer.status_code == 200
        else:
            problem(answer, 403, "forbidden")


def test_all_holds_every_permission_and_everybody_may_trade() -> None:
    assert all(may(Role.OWNER, permission) for permission in Permission)
    assert all(may(role, Permission.TRADE) for role in PERMISSIONS)


def test_a_role_that_was_taken_away_counts_at_once(
    admin: Person, promote: Callable[[Person, Role], None]
) -> None:
    assert admin.get(SENDING).status_code == 200
    promote(admin, Role.USER)
    problem(admin.get(SENDING), 403, "forbidden")


def test_a_role_that_there_is_not_is_refused(app: OpenAPI, person: Person) -> None:
    me = person.get("/api/auth/me").get_json()
    sign_in = person.get("/api/auth/sessions").get_json()["items"][0]["id"]
    with app.app_context():
        claims = {"sid": sign_in, "role": "king"}
        person.token = create_access_token(me["id"], additional_claims=claims)
    person.known_secrets(person.token)
    problem(person.get("/api/jobs"), 401, "unauthenticated")


def test_giving_a_role_is_in_the_audit_log(admin: Person, session: Session) -> None:
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "person.role").order_by(AuditEntry.id.desc())
    ).first()
    assert entry is not None
    assert (entry.details["before"], entry.details["after"]) == ("user", "admin")


def test_nobody_gets_a_role_who_never_signed_in(app: OpenAPI) -> None:
    result = app.test_cli_runner().invoke(args=["people", "role", "123454321", "admin"])
    assert (result.exit_code, "Nobody" in result.output) == (1, True)


@pytest.mark.usefixtures("resumed")
def test_an_admin_pauses_and_resumes_sending(admin: Person) -> None:
    paused = admin.post(SENDING, {"paused": True, "note": "a drill"})
    assert paused.status_code == 200
    told = admin.get(SENDING).get_json()
    assert told == paused.get_json()
    assert (told["paused"], told["note"]) == (True, "a drill")
    assert told["changed_by"].startswith("person:")
    assert admin.client.get("/readyz").get_json()["sending"] == "paused"
    assert admin.post(SENDING, {"paused": False}).get_json()["paused"] is False
    me = admin.get("/api/auth/me").get_json()["id"]
    last = admin.get(f"{AUDIT}?user_id={me}&limit=2").get_json()["items"]
    assert [entry["action"] for entry in last] == ["sending.resumed", "sending.paused"]


def test_an_operator_ends_sessions_of_a_person_and_since_a_moment(
    app: OpenAPI, make_person: Callable[..., Person], session: Session
) -> None:
    def run(*options: str) -> str:
        result = app.test_cli_runner().invoke(args=["people", "sign-out", "--yes", *options])
        assert result.exit_code == 0, result.output
        return result.output

    stolen, other = make_person(), make_person()
    telegram_id = str(stolen.get("/api/auth/me").get_json()["telegram_id"])
    ahead = (clock.utcnow() + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S")
    assert run("--person", str(telegram_id), "--since", ahead).startswith("0 ")
    assert run("--person", str(telegram_id)).startswith("1 ")
    with app.app_context():
        living().forget_all()
    problem(stolen.get("/api/auth/me"), 401, "session_ended")
    assert other.get("/api/auth/me").status_code == 200
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.details["ended"]) == ("session.end_all", 1)
