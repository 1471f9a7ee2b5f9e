"""The served OpenAPI document is true: schemathesis asks all of it, of the real application."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from flask_openapi3 import OpenAPI
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as profile
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, CheckContext, CheckFunction, GenerationMode, Response
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import update
from sqlalchemy.orm import Session

from core import clock
from core.roles import Role
from models import notices
from models.users import User
from tests.security.watched import is_fault_of_ours
from tests.web.conftest import Person
from trading.pause import set_paused

_EXAMPLES = 4


def no_fault_of_ours(context: CheckContext, answer: Response, case: Case) -> None:
    told = answer.json() if "json" in answer.headers.get("content-type", [""])[0] else None
    assert not is_fault_of_ours(answer.status_code, told), f"{case.operation.label}: {told}"


_CHECKS: list[CheckFunction] = [
    no_fault_of_ours,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    missing_required_header,
    ignored_auth,
]
FUTURES = {"market_type": "futures"}


class Owner:
    """An owner of the platform who has one of everything; another, once a request ended their
    session or removed their key."""

    def __init__(self, make: Callable[[], tuple[Person, dict[str, str]]]) -> None:
        self._make = make
        self.person, self.ids = make()

    def still_here(self) -> Person:
        me = self.person.get("/api/auth/me")
        if me.status_code == 401 or not me.get_json()["accounts"]:
            self.person, self.ids = self._make()
        return self.person


@pytest.fixture
def make_owner(
    make_person: Callable[..., Person],
    make_account: Callable[..., dict[str, Any]],
    work: Callable[[str], None],
    session: Session,
) -> Iterator[Callable[[], tuple[Person, dict[str, str]]]]:
    """A signed-in person, and the ids that stand for parameters of these names."""
    book = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.4"}]

    def make() -> tuple[Person, dict[str, str]]:
        person = make_person()
        user = uuid.UUID(person.get("/api/auth/me").get_json()["id"])
        session.execute(update(User).where(User.id == user).values(role=Role.OWNER))
        notices.add(session, user, "key_expires", "account:1", {})
        session.commit()
        account = person.connect(make_account(balances={"USDT": "100000"}, positions=book))
        job = person.order("/api/positions/reduce", {**FUTURES, "percent": "25"}).get_json()["id"]
        work(job)
        until = (clock.utcnow() + timedelta(hours=1)).isoformat()
        broadcast = person.order("/api/broadcasts", {"text": "hello", "at": until})
        signal = {"type": "test", "name": "Test", "market_id": "1", "confidence": 1, "ev": 1}
        made = person.post("/api/signals", {**signal, "sport": "chess", "expires_at": until})
        ids = {
            "broadcast_id": broadcast.get_json()["id"],
            "signal_id": made.get_json()["id"],
            "account_id": account.get_json()["id"],
            "job_id": job,
            "notice_id": person.get("/api/notices").get_json()["items"][0]["id"],
            "session_id": person.get("/api/auth/sessions").get_json()["items"][0]["id"],
        }
        return person, ids

    yield make
    # An owner may pause the sending, and other tests' jobs with it.
    set_paused(session, False, by="tests")


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_one_that_the_document_names(
    app: OpenAPI, make_owner: Callable[[], tuple[Person, dict[str, str]]], mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    owner = Owner(make_owner)
    for found in schema.get_all_operations():
        ask_for(found.ok(), mode, owner)


def ask_for(operation: APIOperation, mode: GenerationMode, owner: Owner) -> None:
    """Some requests that fit the document, or (negative) that break it in one place each. The same
    ones in every run."""

    @profile(
        max_examples=_EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        bearer = {"Authorization": f"Bearer {owner.still_here().token}"}
        if mode is GenerationMode.POSITIVE:
            make_real(case, owner.ids)
        case.call_and_validate(headers=bearer, checks=_CHECKS)

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "nothing of the request can be wrong"


def make_real(case: Case, ids: dict[str, str]) -> None:
    """Name what there is, and never an exchange outside."""
    for place in (case.path_parameters, case.query, case.body):
        if isinstance(place, dict):
            place.update({name: known for name, known in ids.items() if name in place})
    if isinstance(case.body, dict) and "environment" in case.body:
        case.body["environment"] = "sandbox"
