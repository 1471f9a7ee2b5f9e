"""How everything stands: what waits and moves, who works, what is left of the limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from tests.web.conftest import Person, problem

OVERVIEW = "/api/admin/overview"
REDUCE = {"market_type": "futures", "percent": "25"}


def test_ov(operator: Person, trader: Person, work: Callable[[str], None]) -> None:
    job = trader.order("/api/positions/reduce", REDUCE).get_json()["id"]
    work(job)
    import json

    a = operator.get(OVERVIEW)
    print(json.dumps(a.get_json(), indent=1)[:6000])
    print(json.dumps(operator.get(f"/api/admin/jobs/{job}").get_json(), indent=1)[:9000])
    print(json.dumps(operator.get("/api/admin/jobs?q=BTCUSDT&limit=1").get_json(), indent=1)[:3000])
    print(json.dumps(operator.get("/api/admin/dead-letters").get_json(), indent=1)[:3000])
    assert 0
