"""Jobs as they go on: each change of a person's job to all of the person's sockets here."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from core import clock
from web.realtime.client import Client
from web.realtime.loop import Loop
from web.realtime.messages import encoded, text_frame
from web.realtime.records import Records, Told
from web.realtime.room import Room

_OVERLAP_MS = 30_000
_REMEMBERED = 100


class Progress:
    """Rung for by whoever changed a job; a look each second finds what nobody rang for. A job is
    read once for all of its person's sockets. All in the loop's thread."""

    def __init__(
        self,
        loop: Loop,
        room: Room,
        records: Records,
        changed: Callable[[uuid.UUID], None],
    ) -> None:
        """`changed` is told whose job changed."""
        self._changed = changed
        self._loop = loop
        self._room = room
        self._records = records
        self._wanted: dict[uuid.UUID, set[uuid.UUID]] = {}
        self._working = False
        self._open: set[uuid.UUID] = set()

    def ring(self, user_id: uuid.UUID, job_id: uuid.UUID) -> None:
        """This job of this person changed."""
        if not self._room.of(user_id):
            return
        self._changed(user_id)
        self._wanted.setdefault(user_id, set()).add(job_id)
        if not self._working:
            self._working = True
            self._loop.spawn(self._work())

    async def welcome(self, client: Client) -> None:
        """Tell of the person's open jobs, and of those that ended just now."""
        user_id = client.visitor.user_id
        for job_id in await self._loop.ask(self._records.recent_jobs, user_id):
            self.ring(user_id, job_id)

    async def look(self) -> None:
        """Ask for the versions of all jobs that may have changed."""
        users = list(self._room.people)
        if not users:
            self._open.clear()
            return
        # Accepted and over between two looks: only its id tells that it is new.
        since = uuid.UUID(int=(clock.now_ms() - _OVERLAP_MS) << 80)
        found = await self._loop.ask(self._records.standings, users, list(self._open), since)
        self._open = {job.job_id for job in found if job.is_open}
        for job in found:
            theirs = self._room.of(job.user_id)
            if any(_is_news(client, str(job.job_id), job.version) for client in theirs):
                self.ring(job.user_id, job.job_id)

    async def _work(self) -> None:
        try:
            while self._wanted:
                user_id, job_ids = self._wanted.popitem()
                clients = self._room.of(user_id)
                if clients:
                    spoken = clients[-1].visitor.language
                    told = await self._loop.ask(self._records.jobs, user_id, spoken, job_ids)
                    for job in told:
                        self._send(user_id, job)
        finally:
            self._working = False

    def _send(self, user_id: uuid.UUID, job: Told) -> None:
        frame = text_frame(encoded({"type": "job", "data": job.message}))
        for client in self._room.of(user_id):
            if client.greeted and _is_news(client, job.job_id, job.version):
                # The newest last, so that the oldest is forgotten first.
                client.versions.pop(job.job_id, None)
                client.versions[job.job_id] = job.version
                while len(client.versions) > _REMEMBERED:
                    del client.versions[next(iter(client.versions))]
                client.send_frame(frame)


def _is_news(client: Client, job_id: str, version: int) -> bool:
    return client.versions.get(job_id, 0) < version
