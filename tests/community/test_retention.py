"""Signals and broadcasts go some time after they ended, and not before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models import broadcasts, signals
from models.broadcasts import Broadcast
from models.signals import Signal
from tests.community import test_broadcasts, test_signals
from tests.community.conftest import Community, Operator

DAYS = 365
LONG_AGO = timedelta(days=DAYS + 1)


def kept(operator: Operator, path: str) -> set[str]:
    return {row["id"] for row in operator.person.get(path).get_json()["items"]}


def test_what_ended_long_ago_is_forgotten(community: Community, operator: Operator) -> None:
    live, closed, settled = (
        test_signals.create(operator).get_json()["id"] for _ in ("live", "closed", "settled")
    )
    later: dict[str, Any] = {"at": test_broadcasts.in_an_hour()}
    sent, just_sent = (test_broadcasts.made(operator) for _ in range(2))
    cancelled, scheduled = (test_broadcasts.made(operator, **later) for _ in range(2))
    operator.person.post(f"/api/signals/{closed}/close")
    operator.person.post(f"/api/signals/{settled}/settle", {"result": "won"})
    operator.person.call("DELETE", f"/api/broadcasts/{cancelled}")
    community.send_all()
    community.pass_time(Signal, live, created_at=LONG_AGO)
    community.pass_time(Signal, closed, created_at=LONG_AGO, ended_at=LONG_AGO)
    community.pass_time(Signal, settled, created_at=LONG_AGO)
    community.pass_time(Broadcast, sent, created_at=LONG_AGO, sent_at=LONG_AGO)
    community.pass_time(Broadcast, just_sent, created_at=LONG_AGO)
    community.pass_time(Broadcast, cancelled, created_at=LONG_AGO, at=LONG_AGO)
    community.pass_time(Broadcast, scheduled, created_at=LONG_AGO)
    with community.work.sessions.begin() as session:
        signals.forget_old(session, DAYS)
        broadcasts.forget_old(session, DAYS)
    assert kept(operator, "/api/signals") == {live, settled}
    assert kept(operator, "/api/broadcasts") == {just_sent, scheduled}
