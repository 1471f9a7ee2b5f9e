"""Reduce a book of 50 positions under the exchange's own limits, tap to terminal state, against
what those limits allow at best and against a plain loop of single orders."""

from __future__ import annotations

import contextlib
import io
import logging
import time
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

import psycopg2.extensions
import requests
from pybit.unified_trading import HTTP

from bench.people import Keys, Person, Position, open_account
from bench.rows import Row, median
from bench.stack import stack_of, wait_for
from devstack.test_servers import Servers

_ROUNDS = 3
_POSITIONS = 50
_WORTH = Decimal(8000)
_A_SECOND = 10 + 10
"""Orders a second: the single endpoint's budget and the batch endpoint's are separate."""
_FLOOR = float((_POSITIONS - 1) // _A_SECOND)
"""A window is full at once, the next one a second later."""


def measure(servers: Servers) -> list[Row]:
    """Seconds; the median round."""
    sandbox = servers.sandbox_url
    book = linear_book(sandbox, _POSITIONS)
    ours, loop = [], []
    with stack_of(servers, "web", "worker") as stack, stack.sql() as database:
        person = Person(stack)
        held = person.connect(open_account(sandbox, book, limits="on"))
        bare = open_account(sandbox, book, limits="on")
        # The instruments and the account's fees are read, the connections opened.
        person.ended(person.reduce(held, percent="10", scope={"symbols": ["BTCUSDT"]}))
        for _ in range(_ROUNDS):
            time.sleep(1.2)
            began = time.perf_counter()
            job = person.reduce(held, percent="5")
            wait_for(lambda job=job: ended_in(database, job), pause=0.005)  # type: ignore[misc]
            ours.append(time.perf_counter() - began)
            assert person.ended(job)["state"] == "completed"
            time.sleep(1.2)
            began = time.perf_counter()
            _single_orders(sandbox, bare, book)
            loop.append(time.perf_counter() - began)
    why = f"median of {_ROUNDS} in turn; slowest {max(ours):.2f} s"
    return [
        Row(
            f"reduce {_POSITIONS} positions",
            "the exchange's limits",
            _FLOOR,
            median(ours),
            "s",
            aim=1.15,
            why=why,
        ),
        Row(
            f"reduce {_POSITIONS}, against a loop",
            "pybit, one order after the other",
            median(loop),
            median(ours),
            "s",
            aim=1.0,
            why="pybit's own wait at 10006; counts no fills",
        ),
    ]


def linear_book(sandbox: str, count: int) -> list[Position]:
    """So many long positions of about the same worth, each on its lot step."""
    rows = requests.get(
        f"{sandbox}/v5/market/instruments-info", {"category": "linear", "limit": "1000"}, timeout=10
    ).json()["result"]["list"]
    tickers = requests.get(
        f"{sandbox}/v5/market/tickers", {"category": "linear"}, timeout=10
    ).json()["result"]["list"]
    prices = {row["symbol"]: Decimal(row["markPrice"]) for row in tickers}
    book = []
    for row in sorted(rows, key=lambda row: str(row["symbol"])):
        if not row["symbol"].endswith("USDT"):
            continue
        step = Decimal(row["lotSizeFilter"]["qtyStep"])
        # A twentieth of it is on the step too.
        twentieths = (_WORTH / prices[row["symbol"]] / step / 20).to_integral_value(ROUND_FLOOR)
        size = 20 * max(twentieths, Decimal(5)) * step
        book.append(
            {"category": "linear", "symbol": str(row["symbol"]), "side": "Buy", "size": f"{size:f}"}
        )
    return book[:count]


def ended_in(database: psycopg2.extensions.connection, job: str) -> bool:
    """Whether the job has, asked of Postgres: no poll's pause is in the figure."""
    with database.cursor() as cursor:
        cursor.execute("select finished_at is not null from jobs where id = %s", (job,))
        row = cursor.fetchone()
    return bool(row and row[0])


def _single_orders(sandbox: str, keys: Keys, book: Sequence[Position]) -> None:
    """One twentieth of each position, by pybit as it comes."""
    logging.getLogger("pybit._http_manager").setLevel(logging.CRITICAL)
    client = HTTP(api_key=keys.api_key, api_secret=keys.api_secret)
    client.endpoint = sandbox
    with contextlib.redirect_stderr(io.StringIO()):
        for position in book:
            while not _placed(client, position):
                pass


def _placed(client: HTTP, position: Position) -> bool:
    """False where pybit trips over its own wait for the limit, which may have passed meanwhile:
    it asks for a sleep of less than nothing. Nothing was placed then."""
    try:
        client.place_order(
            category="linear",
            symbol=position["symbol"],
            side="Sell",
            orderType="Market",
            qty=f"{Decimal(position['size']) / 20:f}",
            reduceOnly=True,
        )
    except ValueError:
        return False
    return True
