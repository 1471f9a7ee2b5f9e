"""The web's counter of what was tried lately."""

from __future__ import annotations

from flask import Flask, current_app

from core.problems import Problem
from core.redis_patience import quick_redis
from core.settings import Settings
from core.tallies import Tallies


def register(app: Flask, settings: Settings) -> None:
    """The counter of this process."""
    client = quick_redis(settings.redis_address)
    app.extensions["tallies"] = Tallies(client)


def tallies() -> Tallies:
    """This process's."""
    found: Tallies = current_app.extensions["tallies"]
    return found


def admit(name: str, *, most: int, seconds: int) -> None:
    """Count one more of this name. Raises Problem (429) `rate_limited` beyond `most` within the
    time."""
    number, left = tallies().count(name, seconds)
    if number > most:
        raise Problem(
            "rate_limited",
            429,
            values={"seconds": str(left)},
            headers={"Retry-After": str(left)},
        )
