"""Counts what a worker does to the world, and strikes just before or just after the n-th deed, or
the n-th of a name.

A deed is a commit, an exchange call or a Redis call, made by an actor's thread, by the couriers
that carry a wave, by the relay while it rings, or by the consumer while it fetches a message.
Waiting (blocking in Redis, looking where there is nothing, the heartbeat) does nothing to the
world, and how often it happens is a matter of time.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import redis
import requests
from dramatiq.worker import ConsumerThread, WorkerThread
from sqlalchemy import Engine

from worker.wake import PromptBroker


@dataclass
class Effects:
    """`strike` at deed number `at` (0: never), `when` "before" or "after" it. Only deeds whose
    name begins with `deed` count."""

    at: int = 0
    when: str = "before"
    deed: str = ""
    strike: signal.Signals = signal.SIGKILL
    names: list[str] = field(default_factory=list)
    _counted: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def around(self, name: str, deed: Callable[[], Any]) -> Any:
        with self._lock:
            self.names.append(name)
            counts = name.startswith(self.deed)
            self._counted += counts
            mine = counts and self._counted == self.at
        if mine and self.when == "before":
            os.kill(os.getpid(), self.strike)
        try:
            return deed()
        finally:
            if mine and self.when == "after":
                os.kill(os.getpid(), self.strike)

    def watch(self, engine: Engine, broker: PromptBroker) -> None:
        """From now on, in this process."""
        self._watch_commits(engine)
        self._watch_exchange()
        self._watch_redis(broker)

    def _watch_commits(self, engine: Engine) -> None:
        commit = engine.dialect.do_commit

        def counted(connection: Any) -> None:
            if _acts():
                self.around("commit", lambda: commit(connection))
            elif _relay.rang:
                _relay.rang = False
                self.around("relay commit", lambda: commit(connection))
            else:
                commit(connection)

        engine.dialect.do_commit = counted  # type: ignore[method-assign]

    def _watch_exchange(self) -> None:
        send = requests.Session.send

        def counted(session: requests.Session, request: Any, **options: Any) -> Any:
            path = request.path_url.partition("?")[0]
            return self.around(f"exchange {path}", lambda: send(session, request, **options))

        requests.Session.send = counted  # type: ignore[method-assign]

    def _watch_redis(self, broker: PromptBroker) -> None:
        execute = redis.Redis.execute_command
        fetch = broker.do_fetch

        def counted(client: redis.Redis, *arguments: Any, **options: Any) -> Any:
            if not _acts():
                return execute(client, *arguments, **options)
            return self.around(
                f"redis {arguments[0]}", lambda: execute(client, *arguments, **options)
            )

        def fetched(queue: str, count: int) -> Any:
            waiting = broker.client.llen(f"{broker.namespace}:{queue}")
            if not waiting or not isinstance(threading.current_thread(), ConsumerThread):
                return fetch(queue, count)
            return self.around("redis fetch", lambda: fetch(queue, count))

        redis.Redis.execute_command = counted  # type: ignore[method-assign]
        broker.do_fetch = fetched

    def ring(self, ring: Callable[[Any], object]) -> Callable[[Any], object]:
        """The relay's ring, watched."""

        def counted(job_id: Any) -> object:
            _relay.rang = True
            return self.around("relay ring", lambda: ring(job_id))

        return counted


class _Relay(threading.local):
    rang: bool = False


_relay = _Relay()


def _acts() -> bool:
    thread = threading.current_thread()
    return isinstance(thread, WorkerThread) or thread.name.startswith("courier")
