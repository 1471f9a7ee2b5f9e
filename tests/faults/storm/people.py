"""People who press on: the same key again and again, until their job is accepted."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.faults.storm.plan import Wish

_FIRST_TELEGRAM_ID = 7_000
_PATIENCE = 5
_PAUSE = 0.2


class GaveUp(Exception):
    """The API said something that no retry can change, or nothing until the time was over."""


@dataclass
class Person:
    """One user with one account. `urls`: the web processes, any of which may answer."""

    telegram_id: int
    urls: Sequence[str]
    secrets: list[str] = field(default_factory=list)
    accepted: dict[str, str] = field(default_factory=dict)
    """Job id → idempotency key."""
    refused: set[str] = field(default_factory=set)
    """Keys that were answered with a refusal."""
    answers: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    _token: str = field(default="", repr=False)

    def sign_in(self) -> None:
        """The development sign-in, which seeds the account."""
        answer = requests.post(
            f"{self.urls[0]}/api/auth/dev", json={"telegram_id": self.telegram_id}, timeout=30
        )
        assert answer.status_code == 200, answer.text
        tokens = answer.json()
        self._token = tokens["access_token"]
        self.secrets = [tokens["access_token"], tokens["refresh_token"]]

    def live(self, wishes: Sequence[Wish], start: float, deadline: float) -> None:
        """Ask for each at its time (`start`, `deadline`: on the monotonic clock); what is not as
        promised becomes a complaint."""
        for wish in wishes:
            time.sleep(max(0.0, start + wish.at - time.monotonic()))
            try:
                self._fulfil(wish, deadline)
            except Exception as error:  # noqa: BLE001 - nobody else would hear of it
                self.complaints.append(
                    f"person {self.telegram_id}, {wish.key}: {type(error).__name__}: {error}"
                )

    def _fulfil(self, wish: Wish, deadline: float) -> None:
        job = self._ask(wish, deadline)
        if job is None:
            # Nothing is closed yet, or all is back: then a reduce, which is always possible.
            body = {**wish.body, "percent": "10"}
            instead = Wish(f"{wish.key}-reduce", 0, "/api/positions/reduce", body, wish.twice, None)
            job = self._ask(instead, deadline)
        assert job is not None, "a reduce is accepted or refused, never 'nothing to restore'"
        self.accepted[job] = wish.key
        # Whoever got a job's id can look at it from then on, at any web.
        self._until("GET", f"/api/jobs/{job}", deadline, fine=(200,))
        if wish.cancel_after is not None:
            time.sleep(wish.cancel_after)
            self._until("POST", f"/api/jobs/{job}/cancel", deadline, fine=(200, 409))

    def _ask(self, wish: Wish, deadline: float) -> str | None:
        """The job's id; None if there is nothing to restore."""
        if not wish.twice:
            return self._post(wish, self.urls, deadline)
        # The same key at two webs at once must make one job.
        with ThreadPoolExecutor(2) as pool:
            both = [
                pool.submit(self._post, wish, [url], deadline)
                for url in (self.urls[0], self.urls[-1])
            ]
            found = {job for post in both if (job := post.result()) is not None}
        if len(found) > 1:
            raise GaveUp(f"I6: one key made two jobs: {sorted(found)}")
        return next(iter(found), None)

    def _post(self, wish: Wish, urls: Sequence[str], deadline: float) -> str | None:
        answer = self._until(
            "POST", wish.path, deadline, fine=(200, 202, 409), urls=urls, wish=wish
        )
        if answer.status_code == 409:
            if answer.json()["code"] != "nothing_to_restore":
                raise GaveUp(f"409 {answer.text}")
            self.refused.add(wish.key)
            return None
        return str(answer.json()["id"])

    def _until(
        self,
        method: str,
        path: str,
        deadline: float,
        *,
        fine: tuple[int, ...],
        urls: Sequence[str] = (),
        wish: Wish | None = None,
    ) -> requests.Response:
        """Call any of the webs until one gives an answer that counts; silence, 5xx, 429 do not."""
        headers = {"Authorization": f"Bearer {self._token}"}
        body: Any = None
        if wish is not None:
            headers["Idempotency-Key"] = wish.key
            body = wish.body
        while True:
            url = random.choice(urls or self.urls)
            try:
                answer = requests.request(
                    method, f"{url}{path}", json=body, headers=headers, timeout=_PATIENCE
                )
            except requests.RequestException as error:
                self.answers[type(error).__name__] += 1
                said = type(error).__name__
            else:
                self.answers[str(answer.status_code)] += 1
                if answer.status_code in fine:
                    return answer
                said = f"{answer.status_code} {answer.text[:300]}"
                if answer.status_code < 500 and answer.status_code != 429:
                    raise GaveUp(f"{method} {path}: {said}")
            if time.monotonic() > deadline:
                raise GaveUp(f"{method} {path}: still not answered: {said}")
            time.sleep(_PAUSE)


def move_in(urls: Sequence[str], count: int) -> list[Person]:
    """So many people, signed in."""
    people = [Person(_FIRST_TELEGRAM_ID + number, urls) for number in range(count)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(Person.sign_in, people))
    return people


def start_living(
    people: Sequence[Person], wishes: Sequence[Sequence[Wish]], deadline: float
) -> list[threading.Thread]:
    """Each in a thread of their own; all with the same zero of time, which is now."""
    start = time.monotonic()
    threads = [
        threading.Thread(
            target=person.live, args=(wanted, start, deadline), name=f"person {person.telegram_id}"
        )
        for person, wanted in zip(people, wishes, strict=True)
    ]
    for thread in threads:
        thread.daemon = True
        thread.start()
    return threads
