"""The steps that a job can't do without, with nothing around them: wait in Redis, claim and
commit, read the positions as Ebb does, note the intent and commit, place one order by pybit."""

from __future__ import annotations

import json
import os

import psycopg2
from pybit.unified_trading import HTTP
from redis import Redis

QUEUE = "bench:bare"
_READS = (
    {"category": "linear", "settleCoin": "USDT"},
    {"category": "linear", "settleCoin": "USDC"},
    {"category": "inverse"},
)


def main() -> None:
    """One order for each message, until the process is ended."""
    queue = Redis.from_url(os.environ["REDIS_URL"])
    database = psycopg2.connect(os.environ["DATABASE_URL"])
    exchange = HTTP(api_key=os.environ["BENCH_API_KEY"], api_secret=os.environ["BENCH_API_SECRET"])
    exchange.endpoint = os.environ["EBB_SANDBOX_URL"]
    while True:
        _, message = queue.blpop([QUEUE])  # type: ignore[misc] # without a timeout it gives both
        for step in ("claim", "intent"):
            with database, database.cursor() as cursor:
                cursor.execute("insert into bench_bare values (%s, now())", (step,))
            if step == "claim":
                for query in _READS:
                    exchange.get_positions(limit=200, **query)
        exchange.place_order(**json.loads(message))


if __name__ == "__main__":
    main()
