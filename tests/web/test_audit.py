"""Everybody reads what they did themselves; admins read what anybody did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask_openapi3 import OpenAPI
from sqlalchemy import update
from sqlalchemy.orm import Session

from core import clock
from core.roles import Role
from models.users import User
from tests.web.conftest import Person, problem

OWN, ALL = "/api/audit", "/api/admin/audit"


@pytest.fixture
def admin(make_person: Callable[..., Person], session: Session) -> Person:
    made = make_person()
    mine = User.id == made.get("/api/auth/me").get_json()["id"]
    session.execute(update(User).where(mine).values(role=Role.ADMIN))
    session.commit()
    return made


def test_one_reads_what_one_did_and_from_where(trader: Person) -> None:
    me = trader.get("/api/auth/me").get_json()
    first = trader.get(f"{OWN}?limit=1").get_json()
    assert [entry["action"] for entry in first["items"]] == ["account.connect"]
    second = trader.get(f"{OWN}?limit=1&cursor={first['next_cursor']}").get_json()
    (entry,) = second["items"]
    assert (entry["action"], entry["user_id"]) == ("user.sign_in", me["id"])
    assert entry["remote_addr"] == "127.0.0.1"
    assert entry["request_id"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "A" * 22])
def test_a_cursor_that_is_none_of_ours(person: Person, cursor: str) -> None:
    refused = problem(person.get(f"{OWN}?cursor={cursor}"), 400, "validation_failed")
    assert refused["errors"][0]["field"] == "cursor"


def test_an_admin_finds_by_person_action_and_time(admin: Person, trader: Person) -> None:
    def found(**wanted: str) -> list[tuple[str, str]]:
        items = admin.get(ALL, query_string=wanted).get_json()["items"]
        return [(entry["user_id"], entry["action"]) for entry in items]

    them = trader.get("/api/auth/me").get_json()["id"]
    connected, signed_in = (them, "account.connect"), (them, "user.sign_in")
    assert found(user_id=them) == [connected, signed_in]
    assert found(user_id=them, action="user.sign_in") == [signed_in]
    assert found(action="account.connect")[0] == connected
    now = clock.utcnow()
    later, earlier = (now + timedelta(minutes=1)).isoformat(), (now - timedelta(1)).isoformat()
    assert found(user_id=them, since=later) == found(user_id=them, until=earlier) == []
    assert found(user_id=them, since=earlier, until=later) == [connected, signed_in]


def test_an_admin_no_longer_learns_who_is_gone(admin: Person, person: Person) -> None:
    them = person.get("/api/auth/me").get_json()["id"]
    assert person.call("DELETE", "/api/users/me", json={"confirm": "DELETE"}).status_code == 204
    assert admin.get(f"{ALL}?user_id={them}").get_json()["items"] == []
    last = admin.get(f"{ALL}?action=user.deleted").get_json()["items"][0]
    assert (last["user_id"], last["remote_addr"]) == (None, None)


def test_the_log_has_no_other_way_in(app: OpenAPI) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.endswith("/audit")]
    assert {method for rule in rules for method in rule.methods or ()} == {"GET", "HEAD", "OPTIONS"}
