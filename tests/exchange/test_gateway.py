"""The gateway over real HTTP, pybit unpatched, against the sandbox exchange."""

from __future__ import annotations

import http.server
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal as D
from typing import Any, ClassVar

import pytest

from exchange.gateway import Credentials, Gateway, GatewayOptions
from exchange.instruments import InstrumentCache
from exchange.outcomes import (
    Acknowledged,
    AlreadyThere,
    AuthProblem,
    Busy,
    KeyRefused,
    Later,
    Refused,
    Rejected,
    RequestDefect,
    Unknown,
    Unreachable,
    Verdict,
)
from exchange.session import ThreadSessions, open_session
from exchange.types import Category, ExchangeEnvironment, OrderRequest, OrderStatus, Side

SANDBOX = ExchangeEnvironment.SANDBOX
LINEAR, INVERSE, SPOT = Category.LINEAR, Category.INVERSE, Category.SPOT
BOOK = [
    {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "1", "stop_loss": "50000"},
    {"category": "linear", "symbol": "ETHPERP", "side": "Sell", "size": "2"},
    {"category": "inverse", "symbol": "BTCUSD", "side": "Buy", "size": "100"},
]
Make = Callable[..., dict[str, Any]]


def place(gateway: Gateway, order: OrderRequest) -> Verdict:
    taken = gateway.wave({order.category: 1}).single[order.category]
    return gateway.place(order, taken=taken, stamp=gateway.stamp())


def place_batch(
    gateway: Gateway, category: Category, orders: Sequence[OrderRequest]
) -> list[Verdict]:
    taken = gateway.wave({category: len(orders)}).batch[category]
    return gateway.place_batch(category, orders, taken=taken, stamp=gateway.stamp())


def link() -> str:
    return f"test-{uuid.uuid4().hex[:20]}"


@pytest.fixture
def options(sandbox_url: str) -> GatewayOptions:
    return GatewayOptions(sandbox_url=sandbox_url, timeout_seconds=2)


@pytest.fixture
def keys(make_account: Make) -> dict[str, Any]:
    return make_account(balances={"USDT": "100000", "BTC": "2", "ETH": "3"}, positions=BOOK)


@pytest.fixture
def gateway(keys: dict[str, Any], options: GatewayOptions) -> Gateway:
    credentials = Credentials(keys["api_key"], keys["api_secret"])
    return Gateway(credentials, SANDBOX, options)


@pytest.fixture
def fault(keys: dict[str, Any], control: Callable[..., Any]) -> Callable[..., None]:
    def add(kind: str, path: str, **more: Any) -> None:
        match = {"api_key": keys["api_key"], "path": path}
        control("POST", "faults", {"kind": kind, "match": match, **more})

    return add


def market(qty: str, side: Side = Side.SELL, **more: Any) -> OrderRequest:
    given: dict[str, Any] = {
        "category": LINEAR,
        "symbol": "BTCUSDT",
        "side": side,
        "qty": D(qty),
        "order_link_id": link(),
        **more,
    }
    return OrderRequest(**given)


def test_the_book_is_read_whole(gateway: Gateway) -> None:
    linear = {position.symbol: position for position in gateway.positions(LINEAR)}
    assert set(linear) == {"BTCUSDT", "ETHPERP"}
    assert linear["BTCUSDT"].stop_loss == D(50000)
    assert [position.symbol for position in gateway.positions(INVERSE)] == ["BTCUSD"]
    assert {balance.coin: balance.wallet_balance for balance in gateway.balances()}["BTC"] == D(2)
    assert gateway.fee_rates(SPOT)["BTCUSDT"].taker == D("0.001")
    assert len(gateway.instruments(LINEAR)) >= 64
    assert gateway.tickers(SPOT)["ETHUSDT"].last > 0
    assert gateway.key_info().can_trade_futures
    assert gateway.server_time_ms() > 1_600_000_000_000


def test_an_order_is_placed_found_and_explained_by_its_fills(gateway: Gateway) -> None:
    request = market("0.25", reduce_only=True)
    verdict = place(gateway, request)
    assert isinstance(verdict, Acknowledged)
    order = gateway.find_order(LINEAR, "BTCUSDT", request.order_link_id)
    assert order is not None
    assert (order.status, order.filled_qty) == (OrderStatus.FILLED, D("0.25"))
    fills = gateway.executions(LINEAR, "BTCUSDT", request.order_link_id)
    assert sum(fill.qty for fill in fills) == D("0.25")
    assert gateway.find_order(LINEAR, "BTCUSDT", link()) is None
    assert place(gateway, request) == AlreadyThere(110072)


def test_a_batch_has_one_verdict_for_each_order_in_order(gateway: Gateway) -> None:
    good, bad = market("0.1", reduce_only=True), market("0.00015", reduce_only=False)
    again = OrderRequest(**{name: getattr(good, name) for name in good.__slots__})
    verdicts = place_batch(gateway, LINEAR, [good, bad, again])
    assert [type(verdict) for verdict in verdicts] == [Acknowledged, Rejected, AlreadyThere]
    found = gateway.find_orders(
        LINEAR, [("BTCUSDT", request.order_link_id) for request in (good, bad, market("1"))]
    )
    assert set(found) == {good.order_link_id}
    fills = gateway.executions_of(LINEAR, list(found.values()))
    assert sum(fill.qty for fill in fills[good.order_link_id]) == D("0.1")


def test_many_orders_are_looked_up_in_one_page(gateway: Gateway) -> None:
    requests = [market("0.01", reduce_only=True) for _ in range(5)]
    place_batch(gateway, LINEAR, requests)
    wanted = [("BTCUSDT", request.order_link_id) for request in requests]
    found = gateway.find_orders(LINEAR, wanted)
    assert len(found) == 5
    fills = gateway.executions_of(LINEAR, list(found.values()))
    assert all(sum(fill.qty for fill in done) == D("0.01") for done in fills.values())


def test_a_batch_refuses_what_it_cannot_carry(gateway: Gateway) -> None:
    with pytest.raises(ValueError, match="at most 10"):
        place_batch(gateway, LINEAR, [market("0.1") for _ in range(11)])
    with pytest.raises(ValueError, match="one category"):
        place_batch(gateway, SPOT, [market("0.1")])


def test_spot_buys_by_base_quantity_and_limits_are_ioc(gateway: Gateway) -> None:
    buy = market("0.5", Side.BUY, category=SPOT, symbol="ETHUSDT")
    assert isinstance(place(gateway, buy), Acknowledged)
    order = gateway.find_order(SPOT, "ETHUSDT", buy.order_link_id)
    assert order is not None
    assert order.filled_qty == D("0.5")
    low = market("0.5", Side.BUY, category=SPOT, symbol="ETHUSDT", limit_price=D(100))
    assert isinstance(place(gateway, low), Acknowledged)
    order = gateway.find_order(SPOT, "ETHUSDT", low.order_link_id)
    assert order is not None
    assert (order.status, order.filled_qty) == (OrderStatus.CANCELLED, D(0))


def test_leverage_and_stops_may_be_set_twice(gateway: Gateway) -> None:
    for _ in range(2):
        gateway.set_leverage(LINEAR, "BTCUSDT", D("12.5"), stamp=gateway.stamp())
        gateway.set_trading_stop(
            LINEAR, "BTCUSDT", 0, take_profit=D(90000), stop_loss=D(51000), stamp=gateway.stamp()
        )
    position = next(p for p in gateway.positions(LINEAR) if p.symbol == "BTCUSDT")
    assert (position.leverage, position.take_profit) == (D("12.5"), D(90000))
    with pytest.raises(RequestDefect):
        gateway.set_leverage(LINEAR, "BTCUSDT", D(100000), stamp=gateway.stamp())
    with pytest.raises(RequestDefect):
        gateway.set_trading_stop(
            LINEAR, "SOLUSDT", 0, take_profit=D(1), stop_loss=None, stamp=gateway.stamp()
        )


def test_cancelling_what_is_closed_is_refused(gateway: Gateway) -> None:
    request = market("0.1", reduce_only=True)
    place(gateway, request)
    with pytest.raises(Refused):
        gateway.cancel(LINEAR, "BTCUSDT", request.order_link_id)


@pytest.mark.parametrize(
    ("kind", "more", "verdict"),
    [
        ("accept_then_drop", {}, Unknown),
        ("drop_before", {}, Unknown),
        ("http_status", {"code": 503}, Unknown),
        ("http_status", {"code": 429}, Later),
        ("http_status", {"code": 403}, Later),
        ("delay_after", {"ms": 2500}, Unknown),
        ("ret_code", {"code": 10016}, Unknown),
        ("ret_code", {"code": 10006}, Later),
        ("ret_code", {"code": 33004}, KeyRefused),
    ],
)
def test_what_is_said_of_an_order_whose_answer_is_spoiled(
    gateway: Gateway,
    fault: Callable[..., None],
    kind: str,
    more: dict[str, Any],
    verdict: type,
) -> None:
    fault(kind, "/v5/order/create", **more)
    assert isinstance(place(gateway, market("0.1", reduce_only=True)), verdict)


def test_a_dropped_read_is_tried_once_more_and_a_refused_one_is_not(
    gateway: Gateway, fault: Callable[..., None]
) -> None:
    fault("drop_before", "/v5/position/list")
    assert gateway.positions(LINEAR)
    fault("drop_before", "/v5/position/list", count=2)
    with pytest.raises(Unreachable):
        gateway.positions(LINEAR)
    fault("ret_code", "/v5/position/list", code=10016)
    with pytest.raises(Unreachable):
        gateway.positions(LINEAR)
    fault("ret_code", "/v5/position/list", code=10006, ms=300)
    with pytest.raises(Busy) as busy:
        gateway.positions(LINEAR)
    assert 0 < busy.value.retry_after < 1


def test_bad_keys_are_told_apart(
    make_account: Make, options: GatewayOptions, keys: dict[str, Any]
) -> None:
    cases = {
        "key_signature": (keys["api_key"], "wrong-secret-of-some-length"),
        "key_invalid": ("nobody-has-this-key", "secret-secret"),
    }
    for reason, (key, secret) in cases.items():
        with pytest.raises(AuthProblem) as problem:
            Gateway(Credentials(key, secret), SANDBOX, options).balances()
        assert problem.value.reason == reason
    expired = make_account(expired_at="2020-01-01T00:00:00Z")
    with pytest.raises(AuthProblem, match="33004"):
        Gateway(Credentials(expired["api_key"], expired["api_secret"]), SANDBOX, options).balances()


def test_no_secret_is_in_an_error_or_a_repr(keys: dict[str, Any], options: GatewayOptions) -> None:
    credentials = Credentials(keys["api_key"], "a-wrong-secret-1234567890")
    assert keys["api_key"] not in repr(credentials)
    with pytest.raises(AuthProblem) as problem:
        Gateway(credentials, SANDBOX, options).balances()
    shown = repr(problem.value) + str(problem.value) + repr(problem.value.__context__)
    assert keys["api_key"] not in shown
    assert problem.value.__cause__ is None


def test_the_sandbox_needs_an_address_and_the_others_do_not(keys: dict[str, Any]) -> None:
    credentials = Credentials(keys["api_key"], keys["api_secret"])
    with pytest.raises(ValueError, match="EBB_SANDBOX_URL"):
        Gateway(credentials, SANDBOX, GatewayOptions()).balances()
    hosts = {
        environment: open_session(environment, GatewayOptions()).endpoint
        for environment in ExchangeEnvironment
        if environment is not SANDBOX
    }
    assert hosts[ExchangeEnvironment.MAINNET].startswith("https://api.")
    assert hosts[ExchangeEnvironment.TESTNET].startswith("https://api-testnet.")
    assert hosts[ExchangeEnvironment.DEMO].startswith("https://api-demo.")


def test_the_demo_exchange_batches_linear_only(keys: dict[str, Any]) -> None:
    demo = Gateway(
        Credentials(keys["api_key"], keys["api_secret"]),
        ExchangeEnvironment.DEMO,
        GatewayOptions(),
    )
    assert (demo.batch_size(LINEAR), demo.batch_size(SPOT), demo.batch_size(INVERSE)) == (10, 1, 1)


def test_a_thread_s_client_knows_a_key_only_during_a_call(options: GatewayOptions) -> None:
    sessions = ThreadSessions()
    client = sessions.get(SANDBOX, options)
    key = Credentials("key-0-aaaa", "secret-aaaa").signing_key()
    with client.signing(key, 1):
        assert client.key is key
    assert client.key is None
    assert sessions.get(SANDBOX, options) is client


class Strange(http.server.BaseHTTPRequestHandler):
    """Answers whatever the test says, as HTTP 200, with a cookie."""

    bodies: ClassVar[list[bytes]] = []
    cookies: ClassVar[list[str]] = []

    def _reply(self) -> None:
        body = self.bodies.pop(0)
        self.cookies += self.headers.get_all("Cookie") or []
        self.send_response(200)
        self.send_header("Set-Cookie", "told=something; Path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self._reply()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._reply()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def strange() -> Iterator[Callable[..., Gateway]]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Strange)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def answering(*bodies: bytes) -> Gateway:
        Strange.bodies, Strange.cookies = list(bodies), []
        options = GatewayOptions(sandbox_url=f"http://127.0.0.1:{server.server_port}")
        return Gateway(Credentials("key-aaaaaaaa", "secret-aaaaaaaa"), SANDBOX, options)

    yield answering
    server.shutdown()
    server.server_close()
    thread.join()


OK = b'{"retCode":0,"retMsg":"OK","result":%s,"retExtInfo":%s,"time":1}'


@pytest.mark.parametrize("garbage", [b"<html>", b"[]", b'"x"', b"null", b""])
def test_an_answer_that_is_no_envelope_says_nothing(
    strange: Callable[..., Gateway], garbage: bytes
) -> None:
    assert isinstance(place(strange(garbage), market("1")), Unknown)
    with pytest.raises(Unreachable):
        strange(garbage, garbage).balances()


def test_a_list_that_is_missing_makes_a_read_unusable(strange: Callable[..., Gateway]) -> None:
    with pytest.raises(Unreachable):
        strange(OK % (b"{}", b"{}")).balances()


def test_a_cookie_of_one_answer_goes_out_with_no_request(strange: Callable[..., Gateway]) -> None:
    empty = OK % (b'{"list":[]}', b"{}")
    gateway = strange(empty, empty)
    gateway.balances()
    gateway.balances()
    assert Strange.cookies == []


def test_an_acknowledgement_without_an_id_is_unknown(strange: Callable[..., Gateway]) -> None:
    assert isinstance(place(strange(OK % (b"{}", b"{}")), market("1")), Unknown)


def test_a_batch_answer_that_leaves_orders_out_leaves_them_unknown(
    strange: Callable[..., Gateway],
) -> None:
    rows, codes = b'{"list":[{"orderId":""}]}', b'{"list":[{"code":0,"msg":"OK"}]}'
    verdicts = place_batch(strange(OK % (rows, codes)), LINEAR, [market("1"), market("1")])
    assert [type(verdict) for verdict in verdicts] == [Unknown, Unknown]
    assert isinstance(place_batch(strange(OK % (rows, b"null")), LINEAR, [market("1")])[0], Unknown)


def test_pages_that_never_end_are_given_up(strange: Callable[..., Gateway]) -> None:
    pages = [OK % (b'{"list":[],"nextPageCursor":"%d"}' % number, b"{}") for number in range(300)]
    with pytest.raises(Unreachable, match="do not end"):
        strange(*pages).fee_rates(LINEAR)


def test_instruments_are_read_once_and_kept_through_an_outage(
    options: GatewayOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("core.clock.monotonic", lambda: now[0])
    cache = InstrumentCache(60)
    reads: list[int] = []

    def read() -> dict[str, Any]:
        reads.append(1)
        return {}

    def fail() -> dict[str, Any]:
        raise Unreachable(0, "away")

    key = ("host", LINEAR)
    with pytest.raises(Unreachable):
        cache.get(key, fail)
    cache.get(key, read)
    cache.get(key, read)
    assert len(reads) == 1
    now[0] += 61
    assert cache.get(key, fail) == {}
    now[0] += 3700
    with pytest.raises(Unreachable):
        cache.get(key, fail)


def test_a_refusal_for_good_is_raised_for_reads(
    gateway: Gateway, fault: Callable[..., None]
) -> None:
    fault("ret_code", "/v5/account/wallet-balance", code=110090)
    with pytest.raises(Refused) as refused:
        gateway.balances()
    assert refused.value.reason == "position_limit"
