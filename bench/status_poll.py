"""Status polls that one core of the web process answers in a second, against bare Flask views
under the same gunicorn; counted by the processor time that each server used."""

from __future__ import annotations

import requests

from bench.load import drive, raw_get
from bench.people import Person
from bench.rows import Row, median
from bench.stack import FLOOR, Stack, stack_of
from devstack.test_servers import Servers

_ROUNDS = 4
_REQUESTS = 400


def measure(servers: Servers) -> list[Row]:
    """Requests a core-second: with the entity tag known (304) and not (the whole job)."""
    with stack_of(servers, "web", "worker") as stack:
        stack.start("floor", FLOOR)
        stack.ready("floor")
        person = Person(stack)
        job = person.ended(person.reduce(percent="10"))
        stack.stop("worker")
        requests.put(f"{stack.floor_url}/body", json=job, timeout=5).raise_for_status()
        path = f"{stack.url}/api/jobs/{job['id']}"
        signed = {"Authorization": f"Bearer {person.token}"}
        known = {
            **signed,
            "If-None-Match": person.call("GET", f"/api/jobs/{job['id']}").headers["ETag"],
        }
        wanted = {
            "small": ("floor", raw_get(f"{stack.floor_url}/json", {}), 200),
            "hit": ("web", raw_get(path, known), 304),
            "long": ("floor", raw_get(f"{stack.floor_url}/body", {}), 200),
            "miss": ("web", raw_get(path, signed), 200),
        }
        for name, request, status in wanted.values():
            _a_core_second(stack, name, request, status, _REQUESTS // 4)
        found: dict[str, list[float]] = {kind: [] for kind in wanted}
        for _ in range(_ROUNDS):
            for kind, (name, request, status) in wanted.items():
                found[kind].append(_a_core_second(stack, name, request, status, _REQUESTS))
    legs = len(job["legs"])
    unit = "/ core-second"
    return [
        Row(
            "status poll, ETag hit",
            "Flask view, small JSON",
            median(found["small"]),
            median(found["hit"]),
            unit,
            aim=0.6,
            more_is_better=True,
            why="304, no body",
        ),
        Row(
            "status poll, ETag miss",
            "Flask view, the same JSON",
            median(found["long"]),
            median(found["miss"]),
            unit,
            aim=0.6,
            more_is_better=True,
            why=f"a job of {legs} legs",
        ),
    ]


def _a_core_second(stack: Stack, name: str, request: bytes, status: int, count: int) -> float:
    before = stack.cpu_seconds(name)
    url = stack.floor_url if name == "floor" else stack.url
    drive(url, request, count, status=status)
    return count / (stack.cpu_seconds(name) - before)
