"""Run the sandbox exchange: `python -m sandbox.bybit --port 8100`."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
from decimal import Decimal
from pathlib import Path

import uvloop
from aiohttp import web

from sandbox.bybit import state
from sandbox.bybit.app import Exchange, make_app
from sandbox.bybit.engine import Engine

_SAVE_EVERY = 3.0


def arguments() -> argparse.Namespace:
    """The command line; `SANDBOX_HOST` and `SANDBOX_PORT` are the defaults of host and port."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.bybit", description=__doc__)
    parser.add_argument("--host", default=os.environ.get("SANDBOX_HOST", "127.0.0.1"))
    parser.add_argument(
        "--port", type=int, default=int(os.environ.get("SANDBOX_PORT", "0")), help="0: any free"
    )
    parser.add_argument("--state", type=Path, help="keep accounts and ledger in this file")
    parser.add_argument("--drift", type=int, default=0, help="random walk of prices, bps a second")
    parser.add_argument("--seed", type=int, default=1, help="of the random walk")
    parser.add_argument(
        "--control-from",
        action="append",
        default=[],
        help="a network besides loopback that may use the control API (repeatable)",
    )
    parser.add_argument(
        "--no-ip-limit",
        action="store_true",
        help="no ban above 600 calls in 5 s, 500 streams in 5 min",
    )
    return parser.parse_args()


async def drift(engine: Engine, bps: int, seed: int) -> None:
    """Move every price a little each second."""
    walk = random.Random(seed)
    while True:
        await asyncio.sleep(1)
        for category, symbol in list(engine.listings):
            listing = engine.listings[category, symbol]
            step = Decimal(walk.randint(-bps, bps)) / 10_000
            engine.set_price(category, symbol, listing.price * (1 + step))


async def serve(options: argparse.Namespace) -> None:
    """Listen until SIGTERM or SIGINT."""
    exchange = Exchange()
    exchange.address.enabled = exchange.connections.enabled = not options.no_ip_limit
    exchange.control_from += tuple(options.control_from)
    app = make_app(exchange)
    demo = exchange.demo
    if options.state:
        options.state.parent.mkdir(parents=True, exist_ok=True)
        state.load(exchange.engine, demo, options.state)
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, options.host, options.port, backlog=1024)
    await site.start()
    port = runner.addresses[0][1]
    print(f"sandbox exchange listening on http://{options.host}:{port}", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks = []
    if options.drift:
        tasks.append(asyncio.create_task(drift(exchange.engine, options.drift, options.seed)))
    if options.state:
        tasks.append(asyncio.create_task(keep(exchange.engine, demo, options.state)))
    await stop.wait()
    for task in tasks:
        task.cancel()
    if options.state:
        state.save(exchange.engine, demo, options.state)
    await runner.cleanup()


async def keep(engine: Engine, demo: dict[str, int], file: Path) -> None:
    """Save every few seconds, so a kill -9 loses little."""
    saved = -1
    while True:
        await asyncio.sleep(_SAVE_EVERY)
        entries = len(engine.ledger.dump())
        if entries != saved:
            state.save(engine, demo, file)
            saved = entries


if __name__ == "__main__":
    uvloop.run(serve(arguments()))
