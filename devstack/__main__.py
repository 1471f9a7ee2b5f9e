"""`python -m devstack COMMAND`: what the Makefile calls."""

from __future__ import annotations

import argparse
import os
import sys

from devstack.paths import TEST


def main() -> int:
    """Run one command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m devstack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("up", help="start everything and stay in the foreground")
    starting.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    commands.add_parser("webapp", help="build the Mini App if its sources changed")
    checking = commands.add_parser("npm", help="run an npm script in webapp/")
    checking.add_argument("arguments", nargs="+")
    commands.add_parser("chromium", help="find or install a Chromium; prints its path")
    commands.add_parser("proxies", help="find or install nginx and pgbouncer, for tests/deploy")
    commands.add_parser("search-secrets", help="search the last test run's logs for its secrets")
    commands.add_parser("doc-pictures", help="take the docs' pictures from what was drawn last")
    commands.add_parser("psql", help="a psql on the running stack's database")
    options = parser.parse_args()
    match options.command:
        case "up":
            from devstack.up import up  # noqa: PLC0415 - each command loads what it needs

            return up(options.port)
        case "webapp":
            from devstack import node  # noqa: PLC0415

            node.build(quiet=False)
        case "npm":
            from devstack import node  # noqa: PLC0415

            node.install()
            node.npm(*options.arguments)
        case "chromium":
            from devstack.chromium import ensure  # noqa: PLC0415

            print(ensure())
        case "proxies":
            from devstack.proxies import ensure as ensure_proxies  # noqa: PLC0415

            print(ensure_proxies())
        case "search-secrets":
            from devstack.secret_search import search  # noqa: PLC0415

            print(search(TEST / "logs", TEST / "secrets.txt"))
        case "doc-pictures":
            from devstack.doc_pictures import renew  # noqa: PLC0415

            print(*renew(), sep="\n")
        case "psql":
            from devstack.shell_db import psql  # noqa: PLC0415

            return psql()
    return 0


if __name__ == "__main__":
    sys.exit(main())
