"""What is left of a customer's key in memory when the work with it is done (security.md).

Nothing here may hold a key itself: it is disguised as soon as it is made.
"""

from __future__ import annotations

import gc
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sqlalchemy.orm import Session, sessionmaker

from core.settings import Settings
from exchange.credentials import SigningKey
from models.users import Account
from tests.stack import wait_for
from tests.web.conftest import Person
from tests.web.heap import disguised, holders
from trading.desk import Desk
from trading.execute import execute

BOOK = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "1"}]


@pytest.fixture
def streaming(settings: Settings) -> Iterator[Desk]:
    """A worker's desk, with private streams."""
    made = Desk.from_settings(settings.model_copy(update={"use_streams": True}))
    yield made
    made.gateways.close()


@pytest.fixture
def _no_collector() -> Iterator[None]:
    """What only the collector would free counts as kept."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def connected(
    make_account: Callable[..., dict[str, Any]],
    make_person: Callable[..., Person],
    control: Callable[..., Any],
    known_secrets: Callable[..., None],
) -> Callable[..., tuple[Person, uuid.UUID, list[str]]]:
    """A person who connected a key, at the second try, and is about to get no answer twice; the
    account, and the disguises of the API key and of a piece of its secret."""

    def connect(*, with_rsa: bool = False) -> tuple[Person, uuid.UUID, list[str]]:
        person, rsa = make_person(), {}
        if with_rsa:
            private = generate_private_key(65537, 2048)
            public = private.public_key()
            der = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            rsa = {"rsa_public_key": der.decode()}
        keys = make_account(balances={"USDT": "90000"}, positions=BOOK, **rsa)
        piece = keys["api_secret"]
        if with_rsa:
            pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            keys["api_secret"] = pem.decode()
            piece = pem.decode().splitlines()[7]
            known_secrets(piece)
        assert person.connect(keys, api_secret="a-wrong-secret").status_code == 422
        account = person.connect(keys).get_json()["id"]
        for kind, path in (
            ("drop_before", "/v5/position/list"),
            ("accept_then_drop", "/v5/order/create"),
            ("drop_before", "/v5/order/realtime"),
        ):
            match = {"api_key": keys["api_key"], "path": path}
            control("POST", "faults", {"kind": kind, "match": match, "count": 2})
        return person, uuid.UUID(account), [disguised(keys["api_key"]), disguised(piece)]

    return connect


def signing_keys() -> int:
    return sum(isinstance(thing, SigningKey) for thing in gc.get_objects())


@pytest.mark.usefixtures("_no_collector")
def test_a_key_leaves_the_memory_with_the_work_that_needed_it(
    connected: Callable[..., tuple[Person, uuid.UUID, list[str]]],
    streaming: Desk,
    sessions: sessionmaker[Session],
) -> None:
    # What other tests of this process hold is theirs.
    before, disguises = signing_keys(), []
    for with_rsa in (False, True):
        person, _, looked_for = connected(with_rsa=with_rsa)
        disguises += looked_for
        wish = {"market_type": "futures", "percent": "50"}
        job = person.order("/api/positions/reduce", wish)
        assert job.status_code == 202, job.get_data(as_text=True)
        job_id = uuid.UUID(job.get_json()["id"])
        while execute(streaming, sessions, job_id, owner="test").again_in is not None:
            pass
    for thread in threading.enumerate():
        # A stream has the key until it stands.
        if thread.name == "stream":
            thread.join(10)
    # A call that outlived the patience with it has its key until it ends.
    wait_for(lambda: not any(holders(disguises)), 20)
    after = signing_keys()
    # A gateway that is kept shows what would be found.
    _, account, looked_for = connected()
    with sessions() as session:
        kept = streaming.gateway(session.get_one(Account, account))
    found = holders(disguises + looked_for)
    assert found[:4] == [[], [], [], []]
    assert after <= before
    assert all("Credentials" in kinds for kinds in found[4:])
    del kept
