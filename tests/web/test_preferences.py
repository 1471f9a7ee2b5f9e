"""How a person wants the app to be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import Person, problem

PATH = "/api/users/settings"
DEFAULTS: dict[str, Any] = {
    "language": None,
    "confirm_style": "hold",
    "default_percent": "25",
    "undo_seconds": 3,
    "default_market": "futures",
    "notify": {"receipts": True, "key_warnings": True, "security": True, "signals": True},
}


def test_settings_come_back_as_they_were_chosen(person: Person) -> None:
    assert person.get("/api/auth/me").get_json()["settings"] == DEFAULTS
    chosen = {"language": "ru", "default_percent": "12.50", "undo_seconds": 0}
    answer = person.call("PATCH", PATH, json=chosen)
    assert answer.get_json() == {**DEFAULTS, **chosen, "default_percent": "12.5"}
    # What is not named stays; null is Telegram's language again.
    person.call("PATCH", PATH, json={"confirm_style": "tap"})
    me = person.get("/api/auth/me").get_json()
    assert me["language"] == "ru"
    assert me["settings"] == {**answer.get_json(), "confirm_style": "tap"}
    assert person.call("PATCH", PATH, json={"language": None}).get_json()["language"] is None


def test_each_kind_of_message_is_switched_by_itself(person: Person) -> None:
    for kind, on in (("receipts", False), ("signals", False), ("receipts", True)):
        answer = person.call("PATCH", PATH, json={"notify": {kind: on}})
    assert answer.get_json()["notify"] == {**DEFAULTS["notify"], "signals": False}
    for wrong in ({"receipts": "no"}, {"sign_ins": False}, {"receipts": None}):
        refused = person.call("PATCH", PATH, json={"notify": wrong})
        (fault,) = problem(refused, 400, "validation_failed")["errors"]
        assert fault["field"] == f"notify.{next(iter(wrong))}"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"language": "de"}, "unknown_choice"),
        ({"confirm_style": None}, "unknown_choice"),
        ({"undo_seconds": 4}, "unknown_choice"),
        ({"default_percent": "12.345"}, "percent_decimals"),
        ({"default_percent": None}, "not_a_number"),
        ({"default_market": "margin"}, "unknown_choice"),
        ({"colour": "red"}, "unknown_field"),
    ],
)
def test_a_bad_value_is_named_and_changes_nothing(
    person: Person, body: dict[str, Any], code: str
) -> None:
    refused = problem(
        person.call("PATCH", PATH, json={"default_market": "spot", **body}),
        400,
        "validation_failed",
    )
    assert [(fault["field"], fault["code"]) for fault in refused["errors"]] == [
        (next(iter(body)), code)
    ]
    assert person.get("/api/auth/me").get_json()["settings"] == DEFAULTS
