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
from sandbox.bybit.engine import NORMAL, Engine, FillRule, now_ms
from sandbox.bybit.errors import HttpRefusal, Refusal, bad_request
from sandbox.bybit.faults import Fault, Faults
from sandbox.bybit.limits import AccountLimits, AddressLimit, Granted

_BATCH_MOST = {"spot": 10, "linear": 20, "inverse": 20}
_LOOPBACK = ("127.0.0.0/8", "::1/128")
Answer = tuple[int, str, dict[str, Any], dict[str, Any]]


class Dropped(Exception):
    """Close the connection and say nothing."""


@dataclass(slots=True)
class Exchange:
    """Everything of one running sandbox."""

    engine: Engine = field(default_factory=Engine)
    faults: Faults = field(default_factory=Faults)
    limits: AccountLimits = field(default_factory=AccountLimits)
    address: AddressLimit = field(default_factory=AddressLimit)
    demo: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    control_from: tuple[str, ...] = _LOOPBACK

    def may_control(self, address: str) -> bool:
        """Loopback, and what was allowed at the start (a container's own network)."""
        try:
            caller = ip_address(address)
        except ValueError:
            return False
        return any(caller in ip_network(allowed) for allowed in self.control_from)

    def control(self) -> Control:
        return Control(self.engine, self.faults, self.address, self.demo, lambda: self.requests)


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
        if exchange.address.refuses(request.remote or ""):
            return web.Response(status=403, text="access too frequent")
        try:
            return await _answer(exchange, request)
        except HttpRefusal as refusal:
            return web.Response(status=refusal.status, text=refusal.body)
        except Dropped:
            if request.transport is not None:
                request.transport.abort()
            raise asyncio.CancelledError from None

    app = web.Application(client_max_size=1_000_000)
    app.router.add_route("*", "/{path:.*}", handle)
    return app


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
    path, engine = http.path, exchange.engine
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
        await _before(exchange, {"path": path})
        result = PUBLIC[path](Request(engine, None, params))
        await _after(exchange, {"path": path})
        return 0, "OK", result, {}, None
    payload = raw.decode() if is_post else query
    account = authenticate(engine.by_key, http.headers, payload, http.remote or "")
    facts = {
        "path": path,
        "api_key": account.api_key,
        "category": str(params.get("category", "")),
        "symbol": str(params.get("symbol", "")),
        "order_link_id": str(params.get("orderLinkId", "")),
    }
    await _before(exchange, facts)
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
    await _after(exchange, facts)
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
        raise Refusal(
            10006,
            "Too many visits. Exceeded the API Rate Limit.",
            reset_ms=granted.reset_ms,
            limit=granted.limit,
        )
    return granted


async def _before(exchange: Exchange, facts: Mapping[str, str]) -> None:
    """Faults that keep a request from being executed, or delay it."""
    faults = exchange.faults
    if not faults.any:
        return
    delay = faults.take(facts, "delay")
    if delay is not None:
        await asyncio.sleep(delay.ms / 1000)
    stopped = faults.take(facts, "drop_before", "http_status", "ret_code")
    if stopped is None:
        return
    if stopped.kind == "drop_before":
        raise Dropped
    if stopped.kind == "http_status":
        raise HttpRefusal(stopped.code or 503, "fault")
    raise _coded(stopped)


async def _after(exchange: Exchange, facts: Mapping[str, str]) -> None:
    """Faults that spoil the answer of something that was executed."""
    faults = exchange.faults
    if not faults.any:
        return
    delay = faults.take(facts, "delay_after")
    if delay is not None:
        await asyncio.sleep(delay.ms / 1000)
    spoiled = faults.take(facts, "accept_then_drop", "accept_then_5xx", "accept_then_ret_code")
    if spoiled is None:
        return
    if spoiled.kind == "accept_then_drop":
        raise Dropped
    if spoiled.kind == "accept_then_5xx":
        raise HttpRefusal(spoiled.code or 502, "fault")
    raise _coded(spoiled)


def _coded(fault: Fault) -> Refusal:
    if fault.code == 10006:
        return Refusal(10006, "sandbox fault", reset_ms=now_ms() + (fault.ms or 200), limit=10)
    return Refusal(fault.code or 10016, "sandbox fault")


def _create(
    exchange: Exchange, account: Account, body: Mapping[str, Any], facts: Mapping[str, str]
) -> dict[str, Any]:
    category = str(body.get("category", ""))
    if category not in _BATCH_MOST:
        raise bad_request("Illegal category")
    require_trading(account, category)
    order = exchange.engine.place(account, category, body, _fill_rule(exchange, facts))
    return {"orderId": order.order_id, "orderLinkId": order.link_id}


def _fill_rule(exchange: Exchange, facts: Mapping[str, str]) -> FillRule:
    if not exchange.faults.any:
        return NORMAL
    fault = exchange.faults.take(facts, "partial_fill", "cancel_all", "reject")
    if fault is None:
        return NORMAL
    if fault.kind == "reject":
        raise Refusal(fault.code or 110007, "sandbox fault")
    return FillRule(fault.ratio if fault.kind == "partial_fill" else FillRule().ratio * 0)


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
                raise Refusal(10006, "Too many visits. Exceeded the API Rate Limit.")
            placed = exchange.engine.place(account, category, order, _fill_rule(exchange, one))
            row |= {"orderId": placed.order_id, "createAt": str(placed.created_ms)}
            codes.append({"code": 0, "msg": "OK"})
        except Refusal as refusal:
            codes.append({"code": refusal.code, "msg": refusal.message})
        rows.append(row)
    return 0, "OK", {"list": rows}, {"list": codes}, granted
