"""Which bot a person came from, and how often one launch of the Mini App may sign in."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from pydantic import SecretStr
from redis import Redis
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.settings import Settings
from models.audit import AuditEntry
from models.base import db
from models.users import User
from telegram import bots
from telegram.init_data import TelegramUser, sign
from tests.telegram.test_bots import OTHERS, signed_by_telegram
from tests.web.conftest import problem
from web.app import create_app

PATH = "/api/auth/telegram"
SECOND = f"222:{'another-bots-token' * 2}"
# People of this file: a launch is counted longer than a test run.
_people = itertools.count(time.time_ns() // 1000 % 2**50)


@pytest.fixture
def process(app: OpenAPI, settings: Settings) -> Iterator[Callable[..., FlaskClient]]:
    """A web process with other settings."""
    made: list[OpenAPI] = []

    def make(**changed: object) -> FlaskClient:
        made.append(create_app(settings.model_copy(update=changed)))
        return made[-1].test_client()

    yield make
    for one in made:
        with one.app_context():
            db.engine.dispose()


@pytest.fixture
def sign_in(known_secrets: Callable[..., None]) -> Callable[[FlaskClient, str], int]:
    """Signs in; the answer's status. A refusal must be that of a launch used up."""

    def attempt(client: FlaskClient, data: str) -> int:
        answer = client.post(PATH, json={"init_data": data})
        if answer.status_code == 200:
            tokens = answer.get_json()
            known_secrets(tokens["access_token"], tokens["refresh_token"])
        else:
            problem(answer, 401, "init_data_replayed")
        return answer.status_code

    return attempt


def launch(settings: Settings, token: str | None = None) -> tuple[int, str]:
    person = next(_people)
    chosen = token or settings.bot_tokens[0]
    return person, sign(TelegramUser(person), chosen, now=clock.utcnow())


def bot_of_sign_in(session: Session, telegram_id: int) -> dict[str, object]:
    query = (
        select(AuditEntry.details)
        .join(User, User.pseudonym == AuditEntry.actor)
        .where(User.telegram_id == telegram_id)
    )
    return session.scalars(query.where(AuditEntry.action == "user.sign_in")).one()


def test_the_audit_log_says_which_bot_a_person_came_from(
    process: Callable[..., FlaskClient],
    sign_in: Callable[[FlaskClient, str], int],
    settings: Settings,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = Ed25519PrivateKey.generate()
    monkeypatch.setattr(bots, "_TEST", key.public_key().public_bytes_raw())
    main = settings.bot_tokens[0]
    client = process(
        telegram_bot_token=SecretStr(f"{main},{SECOND}"),
        telegram_third_party_bots=(OTHERS,),
        telegram_test_environment=True,
    )
    stranger = next(_people)
    date = str(int(clock.utcnow().timestamp()))
    theirs = signed_by_telegram(key, user=f'{{"id":{stranger}}}', auth_date=date)
    for (person, data), bot_id in (
        (launch(settings, main), bots.bot_id(main)),
        (launch(settings, SECOND), 222),
        ((stranger, theirs), OTHERS),
    ):
        assert sign_in(client, data) == 200
        assert bot_of_sign_in(session, person) == {"bot_id": bot_id}


def test_a_launch_signs_in_a_few_times_whatever_process_is_asked(
    process: Callable[..., FlaskClient],
    sign_in: Callable[[FlaskClient, str], int],
    settings: Settings,
) -> None:
    one, other = process(), process()
    _, data = launch(settings)
    turned = "&".join(reversed(data.split("&")))
    tries = [(one, data), (other, data), (one, turned)] * 2
    answers = [sign_in(*each) for each in tries]
    assert answers == [200] * settings.init_data_max_sign_ins + [401]
    _, fresh = launch(settings)
    assert sign_in(one, fresh) == 200


def test_a_process_without_redis_counts_by_itself(
    process: Callable[..., FlaskClient],
    sign_in: Callable[[FlaskClient, str], int],
    settings: Settings,
) -> None:
    client = process(redis_url=SecretStr("redis://127.0.0.1:1/0"), init_data_max_sign_ins=2)
    _, data = launch(settings)
    assert [sign_in(client, data) for _ in range(3)] == [200, 200, 401]


def test_a_redis_that_lost_its_data_opens_nothing_here(
    process: Callable[..., FlaskClient],
    sign_in: Callable[[FlaskClient, str], int],
    settings: Settings,
) -> None:
    client = process(init_data_max_sign_ins=1)
    _, data = launch(settings)
    with Redis.from_url(settings.redis_address) as redis:
        before = set(redis.keys("ebb:tally:launch:*"))
        assert sign_in(client, data) == 200
        (key,) = set(redis.keys("ebb:tally:launch:*")) - before
        assert 0 < redis.ttl(key) <= settings.init_data_max_age_seconds
        redis.delete(key)
    assert sign_in(client, data) == 401
