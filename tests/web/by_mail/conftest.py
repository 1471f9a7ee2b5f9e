"""Web processes with a mail server, and people who sign in by e-mail."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from pydantic import SecretStr
from werkzeug.test import TestResponse

from core import clock
from core.settings import Settings
from identity.passwords import Passwords
from models.base import db
from telegram.init_data import TelegramUser, sign
from tests.mailbox import PUBLIC, SENDER, Mailbox, Worker
from tests.web.conftest import Person
from web.app import create_app

PASSWORD = "a brook under nine lanterns"
OTHER = "two herons on a crooked roof"
_people = itertools.count(time.time_ns() // 1000)


class Counting(PasswordHasher):
    """Cheap, and tells how often it was asked."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002
        self.verified += 1
        return super().verify(hash, password)


@dataclass
class House:
    """One web process, its mail, and the worker that sends it."""

    app: OpenAPI
    client: FlaskClient
    hasher: Counting
    mailbox: Mailbox
    worker: Worker
    known_secrets: Callable[..., None]

    def post(self, path: str, **body: Any) -> TestResponse:
        return self.client.post(f"/api/auth/{path}", json=body)

    def login(self, email: str, password: str = PASSWORD, **more: Any) -> TestResponse:
        return self.post("login", email=email, password=password, **more)

    def asked(self, path: str, **body: Any) -> str:
        """What was asked for by mail: the token that came to the address."""
        assert self.post(path, **body).status_code == 202
        self.worker.send_all()
        return self.mailbox.token(body["email"])

    def signed_in(self, answer: TestResponse) -> Person:
        assert answer.status_code == 200, answer.get_data(as_text=True)
        tokens = answer.get_json()
        self.known_secrets(tokens["access_token"], tokens["refresh_token"])
        client = self.app.test_client()
        return Person(client, tokens["access_token"], tokens["refresh_token"], self.known_secrets)

    def registered(self, email: str) -> Person:
        """Somebody who has shown that the address is theirs."""
        token = self.asked("register", email=email, password=PASSWORD)
        return self.signed_in(self.post("verify", token=token))


def address() -> str:
    """One that nobody has."""
    return f"vera-{next(_people)}@ebb-test.example"


@pytest.fixture(scope="session")
def houses(
    app: OpenAPI,
    settings: Settings,
    mailbox: Mailbox,
    mail_worker: Worker,
    known_secrets: Callable[..., None],
) -> Iterator[Callable[..., House]]:
    """Web processes with these settings, beside the suite's own."""
    made: list[House] = []

    def make(**changed: Any) -> House:
        mail = {
            "smtp_url": SecretStr(mailbox.smtp_url),
            "mail_from": SENDER,
            "public_url": PUBLIC,
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("web.app.configure_logs", lambda *_, **__: None)
            process = create_app(settings.model_copy(update={**mail, **changed}))
        hasher = Counting()
        process.extensions["passwords"] = Passwords(hasher)
        known_secrets(PASSWORD, OTHER)
        made.append(
            House(process, process.test_client(), hasher, mailbox, mail_worker, known_secrets)
        )
        return made[-1]

    yield make
    for house in made:
        with house.app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def home(houses: Callable[..., House]) -> House:
    return houses()


@pytest.fixture
def house(home: House) -> House:
    """The same process for every test, with a browser of its own."""
    return replace(home, client=home.app.test_client())


@pytest.fixture
def by_telegram() -> Callable[..., Person]:
    """Signs in to a house by Telegram."""

    def make(house: House, telegram_id: int | None = None) -> Person:
        user = TelegramUser(telegram_id or next(_people) % 2**50, "Анна", language_code="ru")
        settings: Settings = house.app.config["SETTINGS"]
        data = sign(user, settings.bot_tokens[0], now=clock.utcnow())
        return house.signed_in(house.post("telegram", init_data=data))

    return make
