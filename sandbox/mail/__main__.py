"""Run the sandbox mail server: `python -m sandbox.mail --port 8025 --smtp-port 2525`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal

import uvloop
from aiohttp import web
from aiosmtpd.smtp import SMTP

from sandbox.mail.app import make_app
from sandbox.mail.mailbox import Mailbox

_LARGEST = 1_000_000


def arguments() -> argparse.Namespace:
    """The command line; a port of 0 is any that is free."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.mail", description=__doc__)
    parser.add_argument("--host", default=os.environ.get("SANDBOX_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=0, help="of the page")
    parser.add_argument("--smtp-port", type=int, default=0)
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    """Listen until SIGTERM or SIGINT."""
    mailbox, loop = Mailbox(), asyncio.get_running_loop()

    def connection() -> SMTP:
        return SMTP(mailbox, data_size_limit=_LARGEST, hostname="mail.sandbox", loop=loop)

    taking = await loop.create_server(connection, options.host, options.smtp_port)
    runner = web.AppRunner(make_app(mailbox), access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, options.host, options.port).start()
    page, smtp = runner.addresses[0][1], taking.sockets[0].getsockname()[1]
    print(
        f"sandbox mail listening on http://{options.host}:{page}"
        f" taking smtp://{options.host}:{smtp}",
        flush=True,
    )
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    taking.close()
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(serve(arguments()))
