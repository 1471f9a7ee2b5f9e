"""From the tap to the order in the exchange's ledger, on an idle system, against its floor.

The floor is a bare Flask view under the same gunicorn that commits one row and places one order
through bare pybit. Floor and Ebb take turns, so whatever else the machine does strikes both.
"""

from __future__ import annotations

import random
import time

import requests

from bench.people import Ledger, Person, btc, open_account
from bench.rows import Row, quantile
from bench.stack import FLOOR, stack_of
from devstack.test_servers import Servers

_TAPS = 120
_WARM = 20
_IDLE = (0.05, 0.25)
_FLOOR_IS = "Flask view + one commit + one pybit order"


def measure(servers: Servers) -> list[Row]:
    """Milliseconds at p50 and p99."""
    sandbox = servers.sandbox_url
    dice = random.Random(1)
    floor, ours = [], []
    with stack_of(servers, "web", "worker") as stack:
        bare = open_account(sandbox, btc())
        stack.start("floor", FLOOR, BENCH_API_KEY=bare.api_key, BENCH_API_SECRET=bare.api_secret)
        stack.ready("floor")
        person, held = Person(stack), open_account(sandbox, btc())
        account = person.connect(held)
        floor_ledger, our_ledger = Ledger(sandbox, bare.uid), Ledger(sandbox, held.uid)
        page = requests.Session()
        page.trust_env = False
        order = {
            "category": "linear",
            "symbol": "BTCUSDT",
            "side": "Sell",
            "orderType": "Market",
            "qty": "0.001",
            "reduceOnly": True,
        }
        for tap in range(_WARM + _TAPS):
            time.sleep(dice.uniform(*_IDLE))
            began = time.time()
            page.post(f"{stack.floor_url}/tap", json=order, timeout=10).raise_for_status()
            floor_took = floor_ledger.new_orders()[0] - began
            # Idle in between, as a person's taps are.
            time.sleep(dice.uniform(*_IDLE))
            began = time.time()
            person.ended(person.reduce(account, percent="0.01"))
            our_took = our_ledger.new_orders()[0] - began
            if tap >= _WARM:
                floor.append(floor_took)
                ours.append(our_took)
    return [
        Row(
            f"tap → order, {name}",
            _FLOOR_IS,
            quantile(floor, share) * 1000,
            quantile(ours, share) * 1000,
            "ms",
            aim=aim,
            why=f"{_TAPS} taps each, in turn",
        )
        for name, share, aim in (("p50", 0.5, 1.5), ("p99", 0.99, 3.0))
    ]
