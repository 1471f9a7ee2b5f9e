"""A person's authenticator and PIN, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from werkzeug.test import TestResponse

from core import clock
from tests.web.conftest import Person

PIN = "8302"
TOTP, CONFIRM, CODES = (
    "/api/users/totp",
    "/api/users/totp/confirm",
    "/api/users/totp/recovery-codes",
)
PIN_PATH, POLICY = "/api/users/pin", "/api/users/confirmation"


class Clock:
    """The application's time; stands still until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now: datetime = clock.utcnow()
        monkeypatch.setattr(clock, "utcnow", lambda: self.now)

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Authenticator:
    """A person's phone with the secret of their TOTP."""

    secret: str
    clock: Clock
    recovery_codes: list[str] = field(default_factory=list)

    def code(self, steps: int = 0) -> str:
        """Now, or so many steps of 30 s later."""
        return pyotp.TOTP(self.secret).at(self.clock.now, counter_offset=steps)

    def fresh(self) -> str:
        """A code that was not used before."""
        self.clock.move(seconds=30)
        return self.code()

    def wrong(self) -> str:
        near = {self.code(steps) for steps in (-1, 0, 1)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


def with_totp(person: Person, time: Clock, **proof: str) -> Authenticator:
    """Turn TOTP on, with a code of the step before: the one of now is unused."""
    begun = person.post(TOTP, proof).get_json()
    made = Authenticator(begun["secret"], time)
    answer = person.post(CONFIRM, {"code": made.code(-1)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    made.recovery_codes = answer.get_json()["recovery_codes"]
    person.known_secrets(made.secret, *made.recovery_codes)
    return made


def put(person: Person, path: str, **body: Any) -> TestResponse:
    return person.call("PUT", path, json=body)


def delete(person: Person, path: str, **body: Any) -> TestResponse:
    return person.call("DELETE", path, json=body)


def me(person: Person) -> dict[str, Any]:
    told: dict[str, Any] = person.get("/api/auth/me").get_json()
    return told
