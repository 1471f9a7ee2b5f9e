"""How updates reach a bot: it asks for them, or its webhook is called."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import aiohttp

from sandbox.telegram.errors import Refusal, bad_request
from sandbox.telegram.faults import Faults
from sandbox.telegram.methods import remember_allowed
from sandbox.telegram.world import Bot, World

_LOOK = 0.02
_MOST_WAIT = 50
_AGAIN = 0.5
_PATIENCE = aiohttp.ClientTimeout(total=10)


async def get_updates(bot: Bot, params: Mapping[str, Any], faults: Faults) -> Any:
    """From number `offset` on, which confirms those before it; waits up to `timeout` seconds."""
    if bot.webhook is not None:
        raise Refusal(
            409,
            "Conflict: can't use getUpdates method while webhook is active;"
            " use deleteWebhook to delete the webhook first",
        )
    try:
        offset = int(str(params.get("offset") or 0))
        limit = int(str(params.get("limit") or 100))
        timeout = min(float(str(params.get("timeout") or 0)), _MOST_WAIT)
    except ValueError:
        raise bad_request("a number is expected") from None
    remember_allowed(bot, params)
    bot.asking += 1
    mine = bot.asking
    if offset < 0:
        while len(bot.updates) > -offset:
            bot.updates.popleft()
    while bot.updates and 0 < offset > bot.updates[0]["update_id"]:
        confirmed = bot.updates.popleft()
        if faults.take({"bot_id": str(bot.id)}, "deliver_twice"):
            return [confirmed]
    until = time.monotonic() + timeout
    while not bot.updates and time.monotonic() < until:
        await asyncio.sleep(_LOOK)
        if bot.asking != mine or bot.webhook is not None:
            raise Refusal(
                409,
                "Conflict: terminated by other getUpdates request;"
                " make sure that only one bot instance is running",
            )
    return list(bot.updates)[: max(1, min(limit, 100))]


async def call_webhooks(world: World, faults: Faults) -> None:
    """For ever: each bot's updates one after another, again until its webhook takes them."""
    at_work: dict[str, asyncio.Task[None]] = {}
    async with aiohttp.ClientSession(timeout=_PATIENCE) as http:
        while True:
            await asyncio.sleep(_LOOK)
            for token, bot in list(world.bots.items()):
                busy = at_work.get(token)
                if bot.webhook and bot.updates and (busy is None or busy.done()):
                    at_work[token] = asyncio.create_task(_deliver(http, bot, faults))


async def _deliver(http: aiohttp.ClientSession, bot: Bot, faults: Faults) -> None:
    hook, update = bot.webhook, bot.updates[0]
    if hook is None:
        return
    headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
    try:
        async with http.post(hook.url, json=update, headers=headers) as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError) as error:
        status = 0
        hook.last_error = f"Connection failed: {type(error).__name__}"
    if 200 <= status < 300:
        again = faults.take({"bot_id": str(bot.id)}, "deliver_twice")
        if again is None and bot.updates and bot.updates[0] is update:
            bot.updates.popleft()
        return
    if status:
        hook.last_error = f"Wrong response from the webhook: {status}"
    hook.last_error_at = int(time.time())
    await asyncio.sleep(_AGAIN)
