"""Run the sandbox Telegram: `python -m sandbox.telegram --port 8200`. Bots that are known from the
start stand in `SANDBOX_TELEGRAM_TOKENS`, with commas; the group that all of them are in, and its
topic, in `SANDBOX_TELEGRAM_CHAT` and `SANDBOX_TELEGRAM_TOPIC`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from pathlib import Path

import uvloop
from aiohttp import web

from sandbox.telegram import state
from sandbox.telegram.app import Telegram, make_app
from sandbox.telegram.people import make_group
from sandbox.telegram.world import Bot, World

_SAVE_EVERY = 3.0


def arguments() -> argparse.Namespace:
    """The command line; `SANDBOX_HOST` and `SANDBOX_PORT` are the defaults of host and port."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.telegram", description=__doc__)
    parser.add_argument("--host", default=os.environ.get("SANDBOX_HOST", "127.0.0.1"))
    parser.add_argument(
        "--port", type=int, default=int(os.environ.get("SANDBOX_PORT", "0")), help="0: any free"
    )
    parser.add_argument("--state", type=Path, help="keep bots and chats in this file")
    parser.add_argument(
        "--control-from",
        action="append",
        default=[],
        help="a network besides loopback that may use page and control API (repeatable)",
    )
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    """Listen until SIGTERM or SIGINT."""
    telegram = Telegram()
    telegram.control_from += tuple(options.control_from)
    if options.state:
        state.load(telegram.world, options.state)
    for token in os.environ.get("SANDBOX_TELEGRAM_TOKENS", "").split(","):
        if token.strip():
            _into_the_group(telegram.world.add_bot(token.strip()))
    runner = web.AppRunner(
        make_app(telegram), access_log=None, handle_signals=False, shutdown_timeout=0.5
    )
    await runner.setup()
    site = web.TCPSite(runner, options.host, options.port)
    await site.start()
    port = runner.addresses[0][1]
    print(f"sandbox telegram listening on http://{options.host}:{port}", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    keeper = asyncio.create_task(keep(telegram.world, options.state))
    await stop.wait()
    keeper.cancel()
    if options.state:
        state.save(telegram.world, options.state)
    await runner.cleanup()


def _into_the_group(bot: Bot) -> None:
    chat, topic = (os.environ.get(f"SANDBOX_TELEGRAM_{name}", "") for name in ("CHAT", "TOPIC"))
    if chat and int(chat) not in bot.chats:
        make_group(bot, "Community", {topic: "live-bets"} if topic else {}, int(chat))


async def keep(world: World, file: Path | None) -> None:
    """Save every few seconds, so a kill -9 loses little."""
    saved = -1
    while file is not None:
        await asyncio.sleep(_SAVE_EVERY)
        entries = sum(len(bot.ledger) for bot in world.bots.values())
        if entries != saved:
            state.save(world, file)
            saved = entries


if __name__ == "__main__":
    uvloop.run(serve(arguments()))
