"""From the tap to the order in the exchange's ledger, on an idle system, against its floor.

The floor is a bare Flask view under the same gunicorn that commits one row and places one order
through bare pybit. Beside it stand a job's own steps in bare code. All take turns, so whatever
else the machine does strikes them alike.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Mapping

import requests

from bench.people import Ledger, Person, btc, open_account
from bench.rows import Row, quantile
from bench.stack import FLOOR, stack_of
from devstack.test_servers import Servers

_TAPS = 90
_WARM = 16
_IDLE = (0.05, 0.2)
_LOOK = 0.02
_FLOOR_IS = "Flask view + one commit + one pybit order"
_BARE_IS = "a job's steps alone: 3 commits, queue, 3 reads, order"
_ORDER = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "side": "Sell",
    "orderType": "Market",
    "qty": "0.001",
    "reduceOnly": True,
}


def measure(servers: Servers) -> list[Row]:
    """Milliseconds at p50 and p99, against the floor and against a job's steps alone."""
    sandbox = servers.sandbox_url
    with stack_of(servers, "web", "worker") as stack, stack.sql() as database:
        with database.cursor() as cursor:
            cursor.execute("create table bench_floor (at timestamptz)")
            cursor.execute("create table bench_bare (step text, at timestamptz)")
        bare = open_account(sandbox, btc())
        keys = {"BENCH_API_KEY": bare.api_key, "BENCH_API_SECRET": bare.api_secret}
        stack.start("floor", FLOOR, **keys)
        stack.start("bare", f"{sys.executable} -m bench.bare_worker", **keys)
        stack.ready("floor")
        person, held = Person(stack), open_account(sandbox, btc())
        account = person.connect(held)
        page = requests.Session()
        page.trust_env = False

        def tap(path: str) -> None:
            page.post(f"{stack.floor_url}/{path}", json=_ORDER, timeout=10).raise_for_status()

        bare_ledger, our_ledger = Ledger(sandbox, bare.uid), Ledger(sandbox, held.uid)
        kinds: dict[str, tuple[Callable[[], object], Ledger]] = {
            "floor": (lambda: tap("tap"), bare_ledger),
            "bare": (lambda: tap("job"), bare_ledger),
            "ours": (
                lambda: person.ended(person.reduce(account, percent="0.01")),
                our_ledger,
            ),
        }
        took = _in_turn(kinds)
    rows = []
    for peer, peer_is in (("floor", _FLOOR_IS), ("bare", _BARE_IS)):
        for name, share, aim in (("p50", 0.5, 1.5), ("p99", 0.99, 3.0)):
            rows.append(
                Row(
                    f"tap → order, {name}",
                    peer_is,
                    quantile(took[peer], share) * 1000,
                    quantile(took["ours"], share) * 1000,
                    "ms",
                    aim=aim if peer == "floor" else None,
                    why=f"{_TAPS} taps each, in turn",
                )
            )
    return rows


def _in_turn(kinds: Mapping[str, tuple[Callable[[], object], Ledger]]) -> dict[str, list[float]]:
    """Seconds from the tap to the order, by kind; idle before each tap, as between a person's."""
    dice = random.Random(1)
    took: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number in range(_WARM + _TAPS):
        for kind, (tap, ledger) in kinds.items():
            time.sleep(dice.uniform(*_IDLE))
            began = time.time()
            tap()
            orders: list[float] = []
            while not orders:
                time.sleep(_LOOK)
                orders = ledger.new_orders()
            if number >= _WARM:
                took[kind].append(orders[0] - began)
    return took
