"""`python -m tests.faults.sends`: 500 messages while a worker is killed every second."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
from contextlib import ExitStack

from devstack import ports
from devstack.environment import child_environment
from devstack.orphans import claim, stop_orphans
from devstack.paths import DATA
from devstack.postgres import Postgres
from devstack.redis_server import Redis
from models.migrate import upgrade
from telegram.bots import bot_id
from tests.faults.sends.plan import Storm
from tests.faults.sends.run import Place, Report, run
from tests.faults.storm.programs import Program
from tests.faults.storm.run import seed_to_use

FOLDER = DATA / "sends"
_NOWHERE = "http://127.0.0.1:9"


def main() -> int:
    """0 if every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.sends", description=__doc__)
    parser.add_argument("--messages", type=int, default=500)
    parser.add_argument("--chats", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--between", type=float, default=1.0, help="seconds between two kills")
    parser.add_argument("--latency", type=int, default=100, help="of Telegram, in ms")
    parser.add_argument("--seed", type=int, default=None, help="else STORM_SEED, else any")
    options = parser.parse_args()
    storm = Storm(
        seed=seed_to_use() if options.seed is None else options.seed,
        messages=options.messages,
        chats=options.chats,
        workers=options.workers,
        between=options.between,
        latency_ms=options.latency,
    )
    # A SIGTERM ends it the way that Ctrl-C does: everything is cleaned up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"storm with STORM_SEED={storm.seed}", flush=True)  # noqa: T201
    report = _alone(storm)
    print(report.text(), flush=True)  # noqa: T201
    return 1 if report.broken else 0


def _alone(storm: Storm) -> Report:
    """On servers of its own, which end with it."""
    note = FOLDER / "run.json"
    claim(note, str(FOLDER))
    stop_orphans(FOLDER)
    with ExitStack() as held:
        held.callback(shutil.rmtree, FOLDER, ignore_errors=True)
        held.callback(stop_orphans, FOLDER)
        redis_port, telegram_port = ports.lasting(2)
        postgres = Postgres(FOLDER / "postgres", durable=True)
        held.callback(postgres.stop)
        redis = Redis(FOLDER / "redis", fixed_port=redis_port)
        held.callback(redis.stop)
        postgres.start()
        redis.start()
        telegram_url = f"http://127.0.0.1:{telegram_port}"
        environment = child_environment(
            FOLDER,
            database_url=postgres.ensure_database("sends"),
            redis_url=redis.url(),
            sandbox_url=_NOWHERE,
            telegram_url=telegram_url,
        )
        # Nobody calls in, and nobody asks.
        environment["EBB_TELEGRAM_UPDATES"] = "webhook"
        token = environment["EBB_TELEGRAM_BOT_TOKEN"]
        telegram = Program(
            "telegram",
            f"python -m sandbox.telegram --port {telegram_port}",
            {**environment, "SANDBOX_TELEGRAM_TOKENS": token},
            FOLDER,
            lambda program: b"listening on" in program.said(),
        )
        held.callback(telegram.stop)
        telegram.start()
        upgrade(environment["DATABASE_URL"])
        telegram.wait_until_up()
        log = FOLDER / "workers.log"
        return run(storm, Place(environment, redis, telegram_url, bot_id(token), log))


if __name__ == "__main__":
    sys.exit(main())
