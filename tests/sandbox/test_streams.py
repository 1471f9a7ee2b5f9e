"""The private streams over real WebSockets: unpatched pybit, a plain client, recorded messages."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket
from aiohttp import ClientSession, WSMsgType, web
from pybit import unified_trading
from pybit.unified_trading import HTTP, WebSocket

from sandbox.bybit import connection
from sandbox.bybit.app import Exchange, make_app
from sandbox.bybit.connection import alive_seconds
from tests.sandbox.caller import Caller
from tests.sandbox.test_conformance import shape
from tests.stack import wait_for

BOOK = [
    {"category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.5"},
    {"category": "inverse", "symbol": "BTCUSD", "side": "Sell", "size": "300"},
]
BALANCES = {"USDT": "50000", "ETH": "2", "BTC": "1"}
LINEAR = {"category": "linear", "symbol": "BTCUSDT", "orderType": "Market", "positionIdx": 0}
SPOT = {"category": "spot", "symbol": "ETHUSDT", "orderType": "Market"}
Keys = dict[str, Any]
Control = Callable[..., Any]


def stream_url(http_url: str) -> str:
    return f"{http_url.replace('http', 'ws', 1)}/v5/private"


class Plain:
    """A stream by hand: what is sent can be wrong, and nothing is done behind one's back."""

    def __init__(self, http_url: str, keys: Keys) -> None:
        self.keys = keys
        self.socket = websocket.create_connection(stream_url(http_url), timeout=10)

    def send(self, text: str) -> None:
        self.socket.send(text)

    def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.socket.recv())
        return message

    def ask(self, **message: Any) -> dict[str, Any]:
        self.send(json.dumps(message))
        return self.receive()

    def auth(self, **wrong: Any) -> dict[str, Any]:
        expires = wrong.get("expires", int(time.time() * 1000) + 10_000)
        secret = self.keys["api_secret"].encode()
        sign = hmac.new(secret, f"GET/realtime{expires}".encode(), hashlib.sha256).hexdigest()
        key = wrong.get("api_key", self.keys["api_key"])
        return self.ask(op="auth", args=[key, expires, wrong.get("sign", sign)])

    def listen(self, *topics: str) -> Plain:
        assert self.auth()["success"]
        assert self.ask(op="subscribe", args=list(topics))["success"]
        return self

    def hear(self, topic: str) -> dict[str, Any]:
        """The row of the next message of a topic; others before it are passed over."""
        while True:
            message = self.receive()
            if message.get("topic") == topic:
                (row,) = message["data"]
                found: dict[str, Any] = row
                return found


@pytest.fixture
def keys(make_account: Callable[..., Keys]) -> Keys:
    return make_account(balances=BALANCES, positions=BOOK)


@pytest.fixture
def caller(keys: Keys, sandbox_url: str) -> Caller:
    return Caller(sandbox_url, keys)


@pytest.fixture
def http(keys: Keys, sandbox_url: str) -> HTTP:
    client = HTTP(api_key=keys["api_key"], api_secret=keys["api_secret"])
    client.endpoint = sandbox_url
    return client


@pytest.fixture
def connect(keys: Keys, sandbox_url: str) -> Iterator[Callable[..., Plain]]:
    opened: list[Plain] = []

    def open_one(of: Keys | None = None) -> Plain:
        opened.append(Plain(sandbox_url, of or keys))
        return opened[-1]

    yield open_one
    for one in opened:
        one.socket.close()


@pytest.fixture
def pybit(
    keys: Keys, sandbox_url: str, control: Control, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WebSocket]:
    # pybit has no setting for a whole address: it fills a domain into this one.
    monkeypatch.setattr(unified_trading, "PRIVATE_WSS", stream_url(sandbox_url))
    # It notes a subscription after sending it, so an answer must not come sooner than that.
    match = {"api_key": keys["api_key"], "path": "/v5/private"}
    control("POST", "faults", {"kind": "delay", "match": match, "ms": 500})
    client = WebSocket(
        channel_type="private",
        testnet=False,
        api_key=keys["api_key"],
        api_secret=keys["api_secret"],
        private_auth_expire=10,
    )
    yield client
    client.exit()


@pytest.fixture
def listening(keys: Keys, control: Control) -> Callable[..., str]:
    """Waits until the account's stream hears these topics (or is another one than before)."""

    def wait(*topics: str, other_than: str = "") -> str:
        def found() -> list[str]:
            return [
                item["conn_id"]
                for item in control("GET", "streams")["items"]
                if item["uid"] == keys["uid"]
                and item["topics"] == sorted(topics)
                and item["conn_id"] != other_than
            ]

        wait_for(lambda: bool(found()))
        return found()[0]

    return wait


def test_pybit_hears_orders_fills_positions_and_the_wallet(
    pybit: WebSocket, http: HTTP, listening: Callable[..., str]
) -> None:
    heard: queue.Queue[dict[str, Any]] = queue.Queue()
    for subscribe in (
        pybit.order_stream,
        pybit.execution_stream,
        pybit.position_stream,
        pybit.wallet_stream,
    ):
        subscribe(callback=heard.put)
    listening("order", "execution", "position", "wallet")
    http.place_order(**LINEAR, side="Sell", qty="0.2", reduceOnly=True, orderLinkId="heard")
    messages = [heard.get(timeout=10) for _ in range(4)]
    assert [message["topic"] for message in messages] == [
        "execution",
        "order",
        "position",
        "wallet",
    ]
    execution, order, position, wallet = (message["data"][0] for message in messages)
    assert (execution["orderLinkId"], execution["execQty"]) == ("heard", "0.2")
    assert (order["orderStatus"], order["cumExecQty"], order["leavesQty"]) == ("Filled", "0.2", "0")
    assert (position["side"], position["size"]) == ("Buy", "0.3")
    looked_up = http.get_wallet_balance(accountType="UNIFIED")["result"]["list"][0]
    assert {key: wallet[key] for key in looked_up} == looked_up


def test_pybit_comes_back_after_a_cut_and_hears_what_follows(
    pybit: WebSocket, keys: Keys, http: HTTP, control: Control, listening: Callable[..., str]
) -> None:
    heard: queue.Queue[dict[str, Any]] = queue.Queue()
    pybit.order_stream(callback=heard.put)
    first = listening("order")
    match = {"api_key": keys["api_key"]}
    control("POST", "faults", {"kind": "disconnect_stream", "match": match})
    listening("order", other_than=first)
    http.place_order(**LINEAR, side="Sell", qty="0.1", orderLinkId="after-the-cut")
    assert heard.get(timeout=10)["data"][0]["orderLinkId"] == "after-the-cut"


# -- what is said at the door -------------------------------------------------------------------


def test_a_stream_is_opened_with_a_key_an_expiry_and_a_signature(
    connect: Callable[..., Plain], make_account: Callable[..., Keys], keys: Keys
) -> None:
    one = connect()
    past = int(time.time() * 1000) - 1

    def refusal(**wrong: Any) -> tuple[int, str]:
        answer = one.auth(**wrong)
        assert (answer["op"], answer["success"]) == ("auth", False)
        assert answer["ret_msg"] == answer["retMsg"]
        return answer["retCode"], answer["ret_msg"]

    assert refusal(api_key="nobody") == (10003, "Invalid apikey")
    assert refusal(sign="0" * 64)[0] == 10004
    assert refusal(expires=past) == (10001, "Params Error")
    assert refusal(expires="soon") == (10001, "Params Error")
    assert one.ask(op="auth", args=[keys["api_key"]])["ret_msg"] == "Params Error"
    assert one.ask(op="subscribe", args=["order"])["ret_msg"] == "Request not authorized"
    assert one.auth()["success"]
    for code, body in (
        (10010, {"ips": ["203.0.113.7"]}),
        (33004, {"expired_at": "2020-01-01T00:00:00Z"}),
        (10003, {"environment": "mainnet"}),
    ):
        assert connect(make_account(**body)).auth()["retCode"] == code


def test_a_ping_is_answered_before_and_after_signing_in(connect: Callable[..., Plain]) -> None:
    one = connect()
    answer = one.ask(op="ping", req_id="7")
    stamp = int(answer.pop("args")[0])
    assert abs(stamp - time.time() * 1000) < 10_000
    assert answer == {"req_id": "7", "op": "pong", "conn_id": one.auth()["conn_id"]}
    assert "req_id" not in one.ask(op="ping")


def test_what_is_not_understood_is_refused_and_the_stream_stays(
    connect: Callable[..., Plain],
) -> None:
    one = connect().listen("order")
    subscribe = {"op": "subscribe", "req_id": "x"}

    def refusal(**message: Any) -> str:
        answer = one.ask(**message)
        assert answer["success"] is False
        return str(answer["ret_msg"])

    assert refusal(op="nope") == "error:invalid op"
    assert refusal() == "error:invalid op"
    assert refusal(**subscribe, args=["fills"]) == "Invalid topic: fills"
    assert refusal(**subscribe, args=["position.spot"]) == "Invalid topic: position.spot"
    assert refusal(**subscribe, args=["order"]) == "error:already subscribed,topic:order"
    assert "position" in refusal(**subscribe, args=["position", "position.linear"])
    assert refusal(**subscribe, args=[]) == refusal(**subscribe, args="wallet") == "Params Error"
    for text in ("hello", "[]", '"subscribe"', ""):
        one.send(text)
        assert one.receive()["ret_msg"] == "Failed to decode incoming data"
    assert one.ask(**subscribe, args=["wallet"])["success"]


def test_a_refused_request_subscribes_to_nothing_of_it(
    connect: Callable[..., Plain], control: Control, keys: Keys
) -> None:
    one = connect().listen("order")
    one.ask(op="subscribe", args=["wallet", "fills"])
    (found,) = [item for item in control("GET", "streams")["items"] if item["uid"] == keys["uid"]]
    assert found["topics"] == ["order"]


def test_the_path_is_for_websockets_only(sandbox_url: str) -> None:
    assert requests.get(f"{sandbox_url}/v5/private", timeout=5).status_code == 400


# -- what is told -------------------------------------------------------------------------------


def test_a_category_has_a_topic_of_its_own(connect: Callable[..., Plain], caller: Caller) -> None:
    one = connect().listen("order.inverse", "execution.spot", "position.inverse")
    caller.sell()
    caller.post("/v5/order/create", {**SPOT, "side": "Sell", "qty": "0.5"})
    inverse = {"category": "inverse", "symbol": "BTCUSD", "side": "Buy", "qty": "100"}
    caller.post("/v5/order/create", {**inverse, "orderType": "Market", "positionIdx": 0})
    heard = [one.receive() for _ in range(3)]
    assert [message["topic"] for message in heard] == [
        "execution.spot",
        "order.inverse",
        "position.inverse",
    ]
    assert [message["data"][0]["category"] for message in heard] == ["spot", "inverse", "inverse"]


def test_only_the_owner_hears_and_only_until_unsubscribing(
    connect: Callable[..., Plain], caller: Caller, make_account: Callable[..., Keys]
) -> None:
    mine = connect().listen("execution", "order")
    again = connect().listen("order")
    stranger = connect(make_account()).listen("order")
    assert mine.ask(op="unsubscribe", args=["execution"])["op"] == "unsubscribe"
    caller.sell(orderLinkId="mine")
    assert mine.receive()["data"][0]["orderLinkId"] == "mine"
    assert again.hear("order")["orderLinkId"] == "mine"
    assert stranger.ask(op="ping")["op"] == "pong"


def test_a_waiting_order_is_told_from_its_start_to_its_end(
    connect: Callable[..., Plain], caller: Caller, control: Control
) -> None:
    one = connect().listen("order", "execution")
    match = {"api_key": caller.keys["api_key"]}
    control("POST", "faults", {"kind": "partial_fill", "match": match, "ratio": "0.25"})
    order = {"orderType": "Limit", "price": "1000", "qty": "0.4", "orderLinkId": "waiting"}
    identity = caller.sell(**order)["result"]["orderId"]
    assert one.hear("execution")["leavesQty"] == "0.3"
    waiting = one.hear("order")
    assert (waiting["orderStatus"], waiting["leavesQty"]) == ("PartiallyFilled", "0.3")
    cancel = {"category": "linear", "symbol": "BTCUSDT", "orderId": identity}
    caller.post("/v5/order/cancel", cancel)
    ended = one.hear("order")
    assert (ended["orderStatus"], ended["cancelType"]) == ("Cancelled", "CancelByUser")
    assert (ended["cumExecQty"], ended["orderLinkId"]) == ("0.1", "waiting")


def test_an_order_that_nobody_answered_is_told_all_the_same(
    connect: Callable[..., Plain], caller: Caller, control: Control
) -> None:
    one = connect().listen("order")
    match = {"api_key": caller.keys["api_key"], "path": "/v5/order/create"}
    control("POST", "faults", {"kind": "accept_then_drop", "match": match})
    with pytest.raises(requests.ConnectionError):
        caller.sell(orderLinkId="unanswered")
    assert one.hear("order")["orderLinkId"] == "unanswered"


def test_a_stop_leverage_and_a_deposit_are_told(
    connect: Callable[..., Plain], caller: Caller, control: Control
) -> None:
    one = connect().listen("position", "wallet")
    linear = {"category": "linear", "symbol": "BTCUSDT"}
    leverage = {"buyLeverage": "7", "sellLeverage": "7"}
    caller.post("/v5/position/set-leverage", {**linear, **leverage})
    assert one.hear("position")["leverage"] == "7"
    caller.post("/v5/position/trading-stop", {**linear, "stopLoss": "20", "positionIdx": 0})
    assert one.hear("position")["stopLoss"] == "20"
    path = f"accounts/{caller.keys['uid']}/balances"
    control("POST", path, {"balances": {"SOL": "12.5"}})
    coins = {coin["coin"]: coin["walletBalance"] for coin in one.hear("wallet")["coin"]}
    assert coins["SOL"] == "12.5"


def test_what_was_told_adds_up_to_what_happened(
    connect: Callable[..., Plain], caller: Caller
) -> None:
    one = connect().listen("order", "execution")
    order = caller.sell(qty="0.2", reduceOnly=True)["result"]["orderId"]
    fill, told = one.hear("execution"), one.hear("order")
    assert fill["orderId"] == told["orderId"] == order
    fee, profit = D(fill["execFee"]), D(fill["execPnl"])
    assert D(told["cumExecFee"]) == fee
    assert D(told["closedPnl"]) == profit - fee
    looked_up = caller.get("/v5/execution/list", f"category=linear&orderId={order}").json()
    (row,) = looked_up["result"]["list"]
    assert {name: fill[name] for name in row if name in fill} == {
        name: value for name, value in row.items() if name in fill
    }


# -- ends ---------------------------------------------------------------------------------------


def is_cut(one: Plain) -> bool:
    try:
        return bool(one.socket.recv() == "")
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        return True


def test_a_disconnect_cuts_all_streams_of_the_account_and_no_other(
    connect: Callable[..., Plain], keys: Keys, make_account: Callable[..., Keys], control: Control
) -> None:
    one, two, other = connect(), connect(), connect(make_account())
    for stream in (one, two, other):
        stream.listen("order")
    match = {"api_key": keys["api_key"]}
    control("POST", "faults", {"kind": "disconnect_stream", "match": match})
    assert is_cut(one)
    assert is_cut(two)
    assert other.ask(op="ping")["op"] == "pong"
    assert connect().auth()["success"]


def test_a_disconnect_waits_for_the_next_stream_if_none_is_open(
    connect: Callable[..., Plain], keys: Keys, control: Control
) -> None:
    match = {"api_key": keys["api_key"]}
    control("POST", "faults", {"kind": "disconnect_stream", "match": match})
    unlucky = connect()
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
        unlucky.auth()
    assert connect().auth()["success"]


def test_a_stream_may_be_refused_at_its_sign_in(
    connect: Callable[..., Plain], keys: Keys, control: Control
) -> None:
    match = {"path": "/v5/private", "api_key": keys["api_key"]}
    control("POST", "faults", {"kind": "ret_code", "match": match})
    assert connect().auth()["retCode"] == 10016
    assert connect().auth()["success"]


def test_a_stream_may_be_refused_at_its_handshake(own_sandbox: str, keys: Keys) -> None:
    body = {"kind": "http_status", "match": {"path": "/v5/private"}, "code": 503}
    requests.post(f"{own_sandbox}/_control/faults", json=body, timeout=5)
    with pytest.raises(websocket.WebSocketBadStatusException, match="503"):
        Plain(own_sandbox, keys)
    Plain(own_sandbox, keys).socket.close()


def test_a_reader_who_does_not_read_is_dropped_and_nobody_waits_for_him(
    connect: Callable[..., Plain], caller: Caller, control: Control, keys: Keys
) -> None:
    connect().listen("wallet")
    coins = {f"C{number}": "1" for number in range(200)}
    path = f"accounts/{keys['uid']}/balances"

    def is_listening() -> bool:
        return any(item["uid"] == keys["uid"] for item in control("GET", "streams")["items"])

    for _ in range(1000):
        control("POST", path, {"balances": coins})
        if not is_listening():
            break
    assert not is_listening()
    assert caller.sell()["retCode"] == 0


def test_the_time_of_silence_may_be_chosen() -> None:
    asked = {"": 600, "45s": 45, "2m": 120, "5s": 30, "99m": 600, "soon": 600, "-5s": 600}
    assert {text: alive_seconds(text) for text in asked} == asked


def test_silence_ends_a_stream_and_pings_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # In this process: half a minute is the least that can be asked for.
    monkeypatch.setattr(connection, "_ALIVE_LEAST", 0.4)

    async def silent_for(pings: int) -> float:
        runner = web.AppRunner(make_app(Exchange()))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/v5/private?max_active_time=0s"
        began = time.monotonic()
        async with ClientSession() as session, session.ws_connect(url) as socket:
            for _ in range(pings):
                await socket.send_json({"op": "ping"})
                await socket.receive()
                await asyncio.sleep(0.2)
            assert (await socket.receive()).type in (WSMsgType.CLOSED, WSMsgType.ERROR)
        await runner.cleanup()
        return time.monotonic() - began

    assert asyncio.run(silent_for(pings=0)) >= 0.4
    assert asyncio.run(silent_for(pings=4)) >= 1.0


def test_open_streams_do_not_keep_the_exchange_from_stopping() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.bybit", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    keys = requests.post(f"{url}/_control/accounts", json={}, timeout=5).json()
    one = Plain(url, keys).listen("order")
    process.terminate()
    assert process.wait(5) == 0
    assert is_cut(one)
    one.socket.close()
    process.stdout.close()


# -- shapes -------------------------------------------------------------------------------------

# Other sockets' messages: order entry and public prices, which the sandbox does not offer.
NOT_OFFERED = {"ws_order_response", "ws_ticker_linear"}


def told(connect: Callable[..., Plain], caller: Caller, topic: str) -> dict[str, Any]:
    one = connect().listen(topic)
    caller.sell(orderLinkId="shaped")
    return one.receive()


SAID: dict[str, Callable[[Callable[..., Plain], Caller], dict[str, Any]]] = {
    "ws_account_execution": lambda connect, caller: told(connect, caller, "execution"),
    "ws_account_order": lambda connect, caller: told(connect, caller, "order"),
    "ws_account_order_filled": lambda connect, caller: told(connect, caller, "order"),
    "ws_account_position": lambda connect, caller: told(connect, caller, "position"),
    "ws_account_position_short": lambda connect, caller: told(connect, caller, "position"),
    "ws_account_wallet": lambda connect, caller: told(connect, caller, "wallet"),
    "ws_auth_failure": lambda connect, _: connect().auth(api_key="nobody"),
    "ws_auth_success": lambda connect, _: connect().auth(),
    "ws_subscription_ack": lambda connect, _: (
        connect().listen("wallet").ask(op="subscribe", req_id="1", args=["order"])
    ),
    "ws_subscription_failure": lambda connect, _: (
        connect().listen("wallet").ask(op="subscribe", args=["invalid.topic.BTCUSDT"])
    ),
}


def test_every_recorded_message_is_compared(recorded: Path) -> None:
    assert {file.stem for file in recorded.glob("ws_*.json")} == {*SAID, *NOT_OFFERED}


@pytest.mark.parametrize("name", SAID)
def test_a_message_has_the_recorded_fields_and_types(
    name: str, connect: Callable[..., Plain], caller: Caller, recorded: Path
) -> None:
    real = json.loads((recorded / f"{name}.json").read_text())
    ours = SAID[name](connect, caller)
    types = shape(ours)
    assert {path: types.get(path) for path in shape(real)} == shape(real)
    assert [ours.get(key) for key in ("success", "retCode", "op", "topic")] == [
        real.get(key) for key in ("success", "retCode", "op", "topic")
    ]
