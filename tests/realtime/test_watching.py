"""Operators are told how the workers are, as often as they like to look."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session, sessionmaker

from core.roles import Role
from models.users import User
from tests.realtime.conftest import Person, Socket

WATCH = {"action": "watch", "what": "workers"}
Make = Callable[..., Person]


def is_quiet(socket: Socket) -> bool:
    """Whether nothing is told beside the status of two ticks; one more may have been under way."""
    socket.next("status")
    socket.next("status")
    return [socket.next("status", "workers")["type"] for _ in range(2)] == ["status", "status"]


def test_an_operator_watches_until_they_look_away(url: str, make_person: Make) -> None:
    socket = make_person(Role.ADMIN).open(url)
    socket.say(WATCH)
    first = socket.next("workers")["data"]
    assert {"queues", "workers", "rates", "exchange", "limits", "sending"} <= first.keys()
    assert socket.next("workers")["data"]["at"] > first["at"]
    socket.say({"action": "unwatch", "what": "workers"})
    socket.say({"type": "ping"})
    socket.next("pong")
    assert is_quiet(socket)


def test_nobody_else_may_watch(url: str, person: Person) -> None:
    socket = person.open(url)
    socket.say(WATCH)
    assert socket.next("error", "workers")["code"] == "forbidden"
    socket.say({"action": "watch", "what": "people"})
    assert socket.next("error")["code"] == "message_invalid"


def test_who_is_no_operator_any_more_is_told_nothing_more(
    url: str, make_person: Make, telling: sessionmaker[Session]
) -> None:
    operator = make_person(Role.ADMIN)
    socket = operator.open(url)
    socket.say(WATCH)
    socket.next("workers")
    with telling.begin() as session:
        session.get_one(User, operator.id).role = Role.USER
    assert is_quiet(socket)
