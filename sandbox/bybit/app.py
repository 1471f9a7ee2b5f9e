"""The HTTP face: authenticate, count against the limits, apply faults, answer in the envelope."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from sandbox.bybit import stream
from sandbox.bybit.account import Account
from sandbox.bybit.auth import authenticate, require_trading
from sandbox.bybit.control import Control
from sandbox.bybit.endpoints import (
    CREATE,
    CREATE_BATCH,
    PRIVATE_GET,
    PRIVATE_POST,
    PUBLIC,
    STALE_PATHS,
    Request,
)
from sandbox.bybit.engine import Engine, now_ms
from sandbox.bybit.errors import Dropped, HttpRefusal, Refusal, bad_request, too_many
from sandbox.bybit.fault_points import after, before, fill_rule
from sandbox.bybit.faults import Faults
from sandbox.bybit.limits import AccountLimits, AddressLimit, Granted, limit_of
from sandbox.bybit.stream import Streams

_BATCH_MOST = {"spot": 10, "linear": 20, "inverse": 20}
_LOOPBACK = ("127.0.0.0/8", "::1/128")
Answer = tuple[int, str, dict[str, Any], dict[str, Any]]


@dataclass(slots=True)
class Exchange:
    """Everything of one running sandbox."""

    engine: Engine = field(default_factory=Engine)
    faults: Faults = field(default_factory=Faults)
    limits: AccountLimits = field(default_factory=AccountLimits)
    address: AddressLimit = field(default_factory=AddressLimit)
    # New streams of an address: 500 in 5 minutes.
    connections: AddressLimit = field(
        default_factory=lambda: AddressLimit(requests=500, seconds=300)
    )
    demo: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    control_from: tuple[str, ...] = _LOOPBACK
    streams: Streams = field(init=False)

    def __post_init__(self) -> None:
        self.streams = Streams(self.engine, self.faults)

    def may_control(self, address: str) -> bool:
        """Loopback, and what was allowed at the start (a container's own network)."""
        try:
            caller = ip_address(address)
        except ValueError:
            return False
        return any(caller in ip_network(allowed) for allowed in self.control_from)

    def control(self) -> Control:
        return Control(
            self.engine,
            self.faults,
            self.address,
            self.streams,
            self.demo,
            lambda: self.requests,
        )


def make_app(exchange: Exchange) -> web.Application:
    """The aiohttp application; one catch-all route, since the paths are a table of ours."""
    control = exchange.control()

    async def handle(request: web.Request) -> web.StreamResponse:
        path = request.path
        if path.startswith("/_control/"):
            if not exchange.may_control(request.remote or ""):
                return web.Response(status=403, text="the control API is not for this address")
            return await control.handle(request)
        exchange.requests += 1
        try:
            exchange.address.check(request.remote or "")
            if path == stream.PATH:
                return await _stream(exchange, request)
            return await _answer(exchange, request)
        except HttpRefusal as refusal:
            return web.Response(status=refusal.status, text=refusal.body)
        except Dropped:
            if request.transport is not None:
                request.transport.abort()
            raise asyncio.CancelledError from None

    async def close_streams(_: web.Application) -> None:
        exchange.streams.close_all()

    app = web.Application(client_max_size=1_000_000)
    app.router.add_route("*", "/{path:.*}", handle)
    # Without it, stopping would wait for every reader to leave.
    app.on_shutdown.append(close_streams)
    return app


async def _stream(exchange: Exchange, http: web.Request) -> web.StreamResponse:
    address = http.remote or ""
    exchange.connections.check(address)
    await before(exchange.faults, {"path": stream.PATH, "address": address}, exchange.address)
    return await exchange.streams.handle(http)


async def _answer(exchange: Exchange, http: web.Request) -> web.Response:
    raw = await http.read()
    if http.method == "GET" and raw:
        raise HttpRefusal(403, "Forbidden")
    granted: Granted | None = None
    try:
        code, message, result, extra, granted = await _dispatch(exchange, http, raw)
    except Refusal as refusal:
        code, message, result, extra = refusal.code, refusal.message, {}, {}
        if refusal.limit:
            granted = Granted(0, refusal.limit, 0, refusal.reset_ms)
    body = {
        "retCode": code,
        "retMsg": message,
        "result": result,
        "retExtInfo": extra,
        "time": now_ms(),
    }
    return web.Response(
        body=orjson.dumps(body), content_type="application/json", headers=_headers(granted)
    )


def _headers(granted: Granted | None) -> dict[str, str]:
    if granted is None:
        return {}
    return {
        "X-Bapi-Limit": str(granted.limit),
        "X-Bapi-Limit-Status": str(max(0, granted.left)),
        "X-Bapi-Limit-Reset-Timestamp": str(granted.reset_ms),
    }


async def _dispatch(
    exchange: Exchange, http: web.Request, raw: bytes
) -> tuple[int, str, dict[str, Any], dict[str, Any], Granted | None]:
    path, engine, address = http.path, exchange.engine, http.remote or ""
    query = http.raw_path.partition("?")[2]
    is_post = http.method == "POST"
    known = (
        path in (CREATE, CREATE_BATCH) or path in PRIVATE_POST
        if is_post
        else path in PUBLIC or path in PRIVATE_GET
    )
    if not known:
        raise HttpRefusal(404, "")
    params: Mapping[str, Any] = (
        _json(raw) if is_post else dict(parse_qsl(query, keep_blank_values=True))
    )
    if path in PUBLIC:
        facts = {"path": path, "address": address}
        await before(exchange.faults, facts, exchange.address)
        result = PUBLIC[path](Request(engine, None, params))
        await after(exchange.faults, facts)
        return 0, "OK", result, {}, None
    payload = raw.decode() if is_post else query
    account = authenticate(engine.by_key, http.headers, payload, address)
    facts = {
        "path": path,
        "address": address,
        "api_key": account.api_key,
        "category": str(params.get("category", "")),
        "symbol": str(params.get("symbol", "")),
        "order_link_id": str(params.get("orderLinkId", "")),
    }
    limit = limit_of(account, path.removeprefix("/v5/"), facts["category"])
    await before(exchange.faults, facts, exchange.address, limit)
    if path == CREATE_BATCH:
        answer = _batch(exchange, account, params, facts)
    else:
        granted = _grant(exchange, account, path, facts["category"])
        if path == CREATE:
            result = _create(exchange, account, params, facts)
        else:
            handler = PRIVATE_POST[path] if is_post else PRIVATE_GET[path]
            stale = exchange.faults.take(facts, "stale_reads") if path in STALE_PATHS else None
            hide = now_ms() - stale.ms if stale else 0
            result = handler(Request(engine, account, params, hide))
        answer = 0, "OK", result, {}, granted
    await after(exchange.faults, facts, limit)
    return answer


def _json(raw: bytes) -> Mapping[str, Any]:
    try:
        body = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError:
        raise bad_request("the body is not JSON") from None
    if not isinstance(body, dict):
        raise bad_request("the body is not an object")
    return body


def _grant(exchange: Exchange, account: Account, path: str, category: str) -> Granted:
    granted = exchange.limits.take(account, path.removeprefix("/v5/"), category, 1)
    if granted.allowed < 1:
        raise too_many(granted.reset_ms, granted.limit)
    return granted


def _create(
    exchange: Exchange, account: Account, body: Mapping[str, Any], facts: Mapping[str, str]
) -> dict[str, Any]:
    category = str(body.get("category", ""))
    if category not in _BATCH_MOST:
        raise bad_request("Illegal category")
    require_trading(account, category)
    order = exchange.engine.place(account, category, body, fill_rule(exchange.faults, facts))
    return {"orderId": order.order_id, "orderLinkId": order.link_id}


def _batch(
    exchange: Exchange, account: Account, body: Mapping[str, Any], facts: Mapping[str, str]
) -> tuple[int, str, dict[str, Any], dict[str, Any], Granted | None]:
    """Each order for itself; those beyond the window fail, the ones before them stand."""
    category = str(body.get("category", ""))
    orders = body.get("request")
    if category not in _BATCH_MOST:
        raise bad_request("Illegal category")
    require_trading(account, category)
    if not isinstance(orders, list) or not 1 <= len(orders) <= _BATCH_MOST[category]:
        raise bad_request("request must hold 1 to 20 orders (spot: 10)")
    granted = exchange.limits.take(account, "order/create-batch", category, len(orders))
    rows, codes = [], []
    for index, order in enumerate(orders):
        row = {
            "category": category,
            "symbol": str(order.get("symbol", "")),
            "orderId": "",
            "orderLinkId": str(order.get("orderLinkId", "")),
            "createAt": "",
        }
        one = {**facts, "symbol": row["symbol"], "order_link_id": row["orderLinkId"]}
        try:
            if index >= granted.allowed:
                raise too_many()
            placed = exchange.engine.place(
                account, category, order, fill_rule(exchange.faults, one)
            )
            row |= {"orderId": placed.order_id, "createAt": str(placed.created_ms)}
            codes.append({"code": 0, "msg": "OK"})
        except Refusal as refusal:
            codes.append({"code": refusal.code, "msg": refusal.message})
        rows.append(row)
    return 0, "OK", {"list": rows}, {"list": codes}, granted
