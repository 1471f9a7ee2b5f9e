"""The private stream as a hint: it tells soon, and its loss costs nothing."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from exchange.gateway import Credentials, Gateway, GatewayOptions
from exchange.streams import News, Streams
from exchange.types import Category, ExchangeEnvironment, OrderRequest, Side
from models.states import JobState, MarketType
from tests.trading.conftest import Trader, make_trader
from trading.desk import Desk

__all__ = ["make_trader"]
BOOK = [{"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "1"}]
SANDBOX = ExchangeEnvironment.SANDBOX


@pytest.fixture
def keys(make_account: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return make_account(balances={"USDT": "100000"}, positions=BOOK)


@pytest.fixture
def credentials(keys: dict[str, Any]) -> Credentials:
    return Credentials(keys["api_key"], keys["api_secret"])


@pytest.fixture
def streams(sandbox_url: str) -> Iterator[Streams]:
    made = Streams(GatewayOptions(sandbox_url=sandbox_url))
    yield made
    made.close()


def live(news: News) -> News:
    until = time.monotonic() + 10
    while not news.is_live:
        assert time.monotonic() < until, "the stream does not open"
        time.sleep(0.02)
    # The subscription is on its way when the connection stands.
    time.sleep(0.3)
    return news


def sell(sandbox_url: str, credentials: Credentials) -> None:
    gateway = Gateway(credentials, SANDBOX, GatewayOptions(sandbox_url=sandbox_url))
    link = f"stream-{uuid.uuid4().hex[:16]}"
    request = OrderRequest(
        Category.LINEAR,
        "BTCUSDT",
        Side.SELL,
        Decimal("0.1"),
        link,
        reduce_only=True,
        position_idx=0,
    )
    taken = gateway.wave({Category.LINEAR: 1}).single[Category.LINEAR]
    gateway.place(request, taken=taken, stamp=gateway.stamp())


def test_a_fill_is_news_at_once(
    streams: Streams, credentials: Credentials, sandbox_url: str
) -> None:
    news = live(streams.of(credentials, SANDBOX))
    assert streams.of(credentials, SANDBOX) is news
    assert not news.wait(0.05)
    sell(sandbox_url, credentials)
    assert news.wait(5)
    news.forget()


def test_a_stream_is_opened_with_an_rsa_key(
    streams: Streams, sandbox_url: str, make_account: Callable[..., dict[str, Any]]
) -> None:
    key = generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    keys = make_account(
        rsa_public_key=public.decode(),
        balances={"USDT": "100000"},
        positions=BOOK,
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    credentials = Credentials(keys["api_key"], pem)
    news = live(streams.of(credentials, SANDBOX))
    sell(sandbox_url, credentials)
    assert news.wait(5)


def test_a_broken_stream_is_opened_again_when_it_is_needed(
    streams: Streams,
    credentials: Credentials,
    keys: dict[str, Any],
    sandbox_url: str,
    control: Callable[..., Any],
) -> None:
    news = live(streams.of(credentials, SANDBOX))
    match = {"api_key": keys["api_key"]}
    control("POST", "faults", {"kind": "disconnect_stream", "match": match})
    until = time.monotonic() + 10
    while news.is_live and time.monotonic() < until:
        time.sleep(0.02)
    again = live(streams.of(credentials, SANDBOX))
    assert again is not news
    sell(sandbox_url, credentials)
    assert again.wait(5)


def test_a_stream_that_cannot_be_opened_costs_nothing(credentials: Credentials) -> None:
    made = Streams(GatewayOptions(sandbox_url="http://127.0.0.1:1"))
    news = made.of(credentials, SANDBOX)
    assert not news.wait(0.2)
    assert not news.is_live
    # It is tried anew for the next job, not given up for good.
    until = time.monotonic() + 10
    while made.of(credentials, SANDBOX) is news:
        assert time.monotonic() < until
        time.sleep(0.02)
    made.close()


@pytest.mark.parametrize("broken", [False, True])
def test_jobs_end_the_same_with_streams(
    make_trader: Callable[..., Trader], desk: Desk, broken: bool
) -> None:
    settings = desk.settings.model_copy(update={"use_streams": True})
    trader = make_trader(balances={"USDT": "90000"}, positions=BOOK)
    trader = replace(trader, desk=Desk.from_settings(settings))
    if broken:
        trader.fault("disconnect_stream", "", count=-1)
    trader.fault("accept_then_drop", "/v5/order/create")
    assert trader.reduce(MarketType.FUTURES, "50").job.state is JobState.COMPLETED
    assert trader.restore(MarketType.FUTURES).job.state is JobState.COMPLETED
    assert trader.sizes() == {("linear", "BTCUSDT", 0): Decimal(1)}
