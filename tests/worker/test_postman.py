"""The worker's thread that sends mails."""

from __future__ import annotations

import threading
from typing import cast

import pytest
from dramatiq import Broker, Worker
from sqlalchemy.exc import OperationalError

from identity.post import Post
from worker import postman
from worker.last_words import LastWords
from worker.postman import Postman


class Bag:
    """Postgres is away at the first look, and something else goes wrong at the second."""

    def __init__(self) -> None:
        self.looks = 0
        self.sent = threading.Event()

    def send_next(self) -> bool:
        self.looks += 1
        if self.looks == 1:
            raise OperationalError("select", {}, Exception("away"))
        if self.looks == 2:
            raise RuntimeError("unheard of")
        if self.looks == 5:
            self.sent.set()
        return self.looks < 5


def test_the_postman_goes_on_whatever_a_round_comes_to_and_stops_when_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postman, "_EVERY", 0.01)
    bag = Bag()
    runs = Postman(cast(Post, bag))
    runs.after_worker_boot(cast(Broker, None), cast(Worker, None))
    assert bag.sent.wait(10)
    runs.before_worker_shutdown(cast(Broker, None), cast(Worker, None))
    LastWords(runs).after_worker_shutdown(cast(Broker, None), cast(Worker, None))
    assert "postman" not in {thread.name for thread in threading.enumerate()}
