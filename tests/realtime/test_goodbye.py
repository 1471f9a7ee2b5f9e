"""A process that ends tells its clients so, and why; of one that is killed they go to another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import requests
from websockets.exceptions import ConnectionClosed

from tests.realtime.conftest import Person, Socket, Told, received
from tests.stack import Stack

FEW = 30


def test_a_process_that_is_replaced_says_come_back(
    realtime_environment: dict[str, str], make_person: Callable[..., Person]
) -> None:
    soon = f"--max-requests {FEW} --max-requests-jitter 0"
    stack = Stack({**realtime_environment, "GUNICORN_CMD_ARGS": soon})
    stack.start("web")
    replaced = make_person().open(stack.url)
    with requests.Session() as session:
        while session.get(f"{stack.url}/healthz", timeout=10).headers["Connection"] != "close":
            pass
    assert replaced.closed() == 1012
    assert stack.stop("web") == 0


def rest(one: Socket) -> list[int]:
    """The events that still came before the connection was gone, without a word."""
    found = []
    with suppress(ConnectionClosed):
        while True:
            found.append(one.next("toast")["id"])
    assert one.connection.close_code == 1006
    return found


def test_whose_process_is_killed_goes_on_at_another_and_misses_nothing(
    webs: tuple[Stack, Stack], make_person: Callable[..., Person], told: Told
) -> None:
    other, here = webs
    people = [make_person() for _ in range(3)]
    sockets = [one.open(here.url) for one in people]
    first = told.tell()
    with told.steadily(0.01):
        began = [[one.next("toast")["id"] for _ in range(10)] for one in sockets]
        here.kill("web")
        heard = [mine + rest(one) for one, mine in zip(sockets, began, strict=True)]
        again = [
            person.open(other.url, f"&after={mine[-1]}&epoch={one.hello['epoch']}")
            for person, one, mine in zip(people, sockets, heard, strict=True)
        ]
    last = told.tell()
    for one, mine in zip(again, heard, strict=True):
        assert one.hello["resumed"] is True
        assert mine[0] == first
        assert mine + [event_id for event_id, _ in received(one, lambda: last)] == sorted(told.at)
