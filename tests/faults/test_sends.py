"""A short storm over what a bot owes; `python -m tests.faults.sends` makes a long one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from devstack.paths import TEST
from devstack.ports import lasting
from devstack.redis_server import Redis
from devstack.test_servers import LOGS
from tests.bots import BotUnderTest
from tests.faults.sends.plan import Storm
from tests.faults.sends.run import Place, run
from tests.faults.storm.run import seed_to_use

pytestmark = pytest.mark.timeout(120)


def test_no_message_is_lost_or_said_twice_but_those_that_are_marked_so(
    environment: dict[str, str],
    make_bot: Callable[..., BotUnderTest],
    telegram_url: str,
    process_number: int,
    clean_database: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    storm = Storm(
        seed_to_use(),
        messages=40,
        chats=20,
        strikes=6,
        between=0.3,
        latency_ms=40,
        redis_each=4,
        fault_chance=1.0,
        lost_seconds=1.0,
        timeout_seconds=0.5,
    )
    bot = make_bot()
    redis = Redis(TEST / f"redis-sends-{process_number}", fixed_port=lasting(1)[0])
    redis.start()
    tuned = {
        **environment,
        "REDIS_URL": redis.url(),
        "EBB_TELEGRAM_BOT_TOKEN": bot.token,
        "EBB_RING_AGAIN_SECONDS": "0.3",
        "EBB_RELAY_SECONDS": "0.3",
        "EBB_LOG_LEVEL": "WARNING",
    }
    try:
        report = run(storm, Place(tuned, redis, telegram_url, bot.id, LOGS / "sends.log"))
    finally:
        redis.stop()
    with capsys.disabled():
        # The seed is for whoever sees it fail.
        print(f"\n{report.text()}")  # noqa: T201
    assert not report.broken, report.text()
    assert report.kills["worker"], report.text()
