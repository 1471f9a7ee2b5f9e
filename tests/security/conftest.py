"""The application on real servers, and a client that looks for what may be in no answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask_openapi3 import OpenAPI

from core.settings import Settings
from tests.security.watched import Watched
from tests.web import conftest as web
from tests.web.conftest import Person

app, client, make_person = web.app, web.client, web.make_person
person, trader, work = web.person, web.trader, web.work


@pytest.fixture(scope="session", autouse=True)
def _watch(app: OpenAPI, settings: Settings) -> Iterator[None]:
    Watched.secrets |= {*settings.jwt_secrets, *settings.bot_tokens}
    Watched.secrets |= {settings.database_url.get_secret_value()}
    Watched.secrets |= {secret.get_secret_value() for secret in settings.master_secrets}
    app.test_client_class = Watched
    yield
    app.test_client_class = None


@pytest.fixture(scope="session")
def make_account(make_account: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Of which no answer may hold the key."""

    def make(**body: Any) -> dict[str, Any]:
        made = make_account(**body)
        Watched.secrets |= {made["api_key"], made["api_secret"]}
        return made

    return make


@pytest.fixture
def other(make_person: Callable[..., Person]) -> Person:
    """Somebody else."""
    return make_person()
