"""The HTTP face: `/bot<token>/<method>` as at api.telegram.org, the control API, and the page."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.telegram.control import Control
from sandbox.telegram.delivery import call_webhooks, get_updates
from sandbox.telegram.errors import Dropped, Refusal, bad_request, too_many
from sandbox.telegram.faults import Faults
from sandbox.telegram.methods import METHODS
from sandbox.telegram.world import Bot, World

_PAGE = Path(__file__).with_name("page.html")
_LOOPBACK = ("127.0.0.0/8", "::1/128")
_BY_LOWER = {name.lower(): name for name in (*METHODS, "getUpdates")}


@dataclass(slots=True)
class Telegram:
    """Everything of one running sandbox."""

    world: World = field(default_factory=World)
    faults: Faults = field(default_factory=Faults)
    control_from: tuple[str, ...] = _LOOPBACK

    def may_control(self, address: str) -> bool:
        """Loopback, and what was allowed at the start (a container's own network)."""
        try:
            caller = ip_address(address)
        except ValueError:
            return False
        return any(caller in ip_network(allowed) for allowed in self.control_from)


def make_app(telegram: Telegram) -> web.Application:
    """The aiohttp application."""
    control = Control(telegram.world, telegram.faults)

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/bot"):
            return await _call(telegram, request)
        if not telegram.may_control(request.remote or ""):
            return web.Response(status=403, text="this is not for your address")
        if request.path.startswith("/_control/"):
            return await control.handle(request)
        if request.path == "/":
            return web.Response(text=_PAGE.read_text("utf-8"), content_type="text/html")
        return web.Response(status=404, text="not found")

    async def webhooks(_: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(call_webhooks(telegram.world, telegram.faults))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    app = web.Application(client_max_size=1_000_000)
    app.router.add_route("*", "/{path:.*}", handle)
    app.cleanup_ctx.append(webhooks)
    return app


async def _call(telegram: Telegram, request: web.Request) -> web.Response:
    try:
        result = await _dispatch(telegram, request)
    except Refusal as refusal:
        body = {"ok": False, "error_code": refusal.code, "description": refusal.description}
        if refusal.parameters:
            body["parameters"] = refusal.parameters
        return web.json_response(body, status=refusal.code)
    except Dropped:
        if request.transport is not None:
            request.transport.abort()
        raise asyncio.CancelledError from None
    if isinstance(result, web.Response):
        return result
    return web.json_response({"ok": True, "result": result})


async def _dispatch(telegram: Telegram, request: web.Request) -> Any:
    token, _, named = request.path.removeprefix("/bot").partition("/")
    bot = telegram.world.bots.get(token)
    if bot is None:
        raise Refusal(401, "Unauthorized") if ":" in token else Refusal(404, "Not Found")
    method = _BY_LOWER.get(named.lower())
    if method is None:
        raise Refusal(404, "Not Found: method not found")
    params = await _params(request)
    facts = {"bot_id": str(bot.id), "method": method, "chat_id": str(params.get("chat_id", ""))}
    stopped = await _before(telegram.faults, facts)
    if stopped is not None:
        return stopped
    result = await _execute(telegram, bot, method, params)
    spoiled = telegram.faults.take(facts, "accept_then_drop", "accept_then_5xx")
    if spoiled is None:
        return result
    if spoiled.kind == "accept_then_drop":
        raise Dropped
    return web.Response(status=spoiled.code or 502, text="fault")


async def _before(faults: Faults, facts: Mapping[str, str]) -> web.Response | None:
    delay = faults.take(facts, "delay")
    if delay is not None:
        await asyncio.sleep(delay.ms / 1000)
    fault = faults.take(facts, "drop_before", "http_status", "too_many", "refuse")
    if fault is None:
        return None
    match fault.kind:
        case "drop_before":
            raise Dropped
        case "too_many":
            raise too_many(fault.retry_after)
        case "refuse":
            raise Refusal(fault.code or 400, fault.description)
        case _:
            return web.Response(status=fault.code or 502, text="fault")


async def _execute(telegram: Telegram, bot: Bot, method: str, params: Mapping[str, Any]) -> Any:
    if method == "getUpdates":
        return await get_updates(bot, params, telegram.faults)
    return METHODS[method](bot, params)


async def _params(request: web.Request) -> Mapping[str, Any]:
    """From the query, a form (also multipart) or a JSON body."""
    params: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise bad_request("object expected")
        return params | body
    if request.method == "POST":
        params |= dict(await request.post())
    return params
