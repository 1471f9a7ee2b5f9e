"""What the sockets ask of the database, each in a short transaction of its own. Called in the
hub's few threads, never in its loop."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from community import broadcasts
from community.channel import Channel
from core import clock
from core.roles import Permission, may
from models import events, row_security
from models.bot_sends import BotSend, SendState
from models.events import Ack, Event, Stream
from models.jobs import Job
from models.outbox import OutboxRow
from models.row_security import system_scope
from models.sign_ins import SignIn
from models.states import ENDED_JOBS
from models.users import User
from trading.pause import is_paused
from trading.today import Today, today
from trading.views import job_view
from web import present
from web.admin.picture import Picture
from web.problems import speaking
from web.realtime.messages import Broadcast, Pin

_JUST_ENDED = timedelta(minutes=1)
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """How the deployment stands."""

    running: bool
    queue_depth: int
    sent_today: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A job's newest version, and whether it can still change by itself."""

    user_id: uuid.UUID
    job_id: uuid.UUID
    version: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A job as a message: `GET /api/jobs/<id>` tells the same."""

    job_id: str
    version: int
    message: Mapping[str, object]


class Records:
    """Safe to share between threads. Every method may raise SQLAlchemyError."""

    def __init__(
        self, sessions: sessionmaker[Session], channel: Channel | None, picture: Picture
    ) -> None:
        self._sessions = row_security.of(sessions, None)
        self._channel = channel
        self._picture = picture

    @contextmanager
    def _everybodys(self) -> Iterator[Session]:
        with self._sessions() as session, system_scope(session):
            yield session

    def _of(self, user_id: uuid.UUID) -> Session:
        return row_security.of(self._sessions, user_id)()

    # -- for all who are here ---------------------------------------------------------------------

    def figures(self) -> Figures:
        day = start_of_day()
        sent = select(func.count()).where(BotSend.state == SendState.SENT, BotSend.sent_at >= day)
        with self._everybodys() as session:
            return Figures(
                running=not is_paused(session),
                queue_depth=session.scalar(select(func.count()).select_from(OutboxRow)) or 0,
                sent_today=session.scalar(sent) or 0,
            )

    def sent_ever(self) -> int:
        """Messages that the bots have sent, as far back as they are kept."""
        query = select(func.count()).where(BotSend.state == SendState.SENT)
        with self._everybodys() as session:
            return session.scalar(query) or 0

    def days(self, user_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Today]:
        with self._everybodys() as session:
            return today(session, user_ids, start_of_day())

    def gone(
        self, sign_ins: Collection[uuid.UUID], user_ids: Collection[uuid.UUID]
    ) -> set[uuid.UUID]:
        """Those of the sign-ins that have ended, and of the people that are no more."""
        with self._everybodys() as session:
            living = set(session.scalars(select(SignIn.id).where(SignIn.id.in_(sign_ins))))
            known = set(session.scalars(select(User.id).where(User.id.in_(user_ids))))
        return (set(sign_ins) - living) | (set(user_ids) - known)

    def standings(
        self, user_ids: Collection[uuid.UUID], known: Collection[uuid.UUID], since: uuid.UUID
    ) -> Sequence[Standing]:
        """Of these people: their open jobs, the known ones, and those with an id from `since`."""
        is_open = Job.state.not_in(list(ENDED_JOBS))
        query = select(Job.user_id, Job.id, Job.version, is_open.label("is_open")).where(
            Job.user_id.in_(user_ids), or_(is_open, Job.id >= since, Job.id.in_(known))
        )
        with self._everybodys() as session:
            return [
                Standing(row.user_id, row.id, row.version, row.is_open)
                for row in session.execute(query)
            ]

    def picture(self, user_ids: Collection[uuid.UUID]) -> tuple[set[uuid.UUID], bytes]:
        """Those of these people who may see how everything stands, and that as JSON."""
        asked = select(User.id, User.role).where(User.id.in_(user_ids))
        with self._everybodys() as session:
            roles = session.execute(asked).all()
            operators = {one for one, role in roles if may(role, Permission.OPERATE)}
            if not operators:
                return operators, b"null"
            return operators, self._picture.take(session).model_dump_json().encode()

    def stream(self) -> Stream:
        with self._sessions() as session:
            found = events.stream(session)
            session.commit()
            return found

    def events_after(self, event_id: int, limit: int) -> Sequence[Event]:
        with self._sessions() as session:
            return events.after(session, event_id, limit)

    def keep_acks(self, acks: Mapping[uuid.UUID, Ack]) -> None:
        with self._sessions() as session:
            events.keep_acks(session, acks)
            session.commit()

    # -- for one person ---------------------------------------------------------------------------

    def missed(self, user_id: uuid.UUID, after: int, upto: int, limit: int) -> Sequence[Event]:
        with self._of(user_id) as session:
            return events.for_person(session, user_id, after=after, upto=upto, limit=limit)

    def recent_jobs(self, user_id: uuid.UUID) -> Sequence[uuid.UUID]:
        """Open ones, and those that ended within the last minute, the oldest first."""
        query = (
            select(Job.id)
            .where(
                Job.user_id == user_id,
                or_(Job.finished_at.is_(None), Job.finished_at > func.now() - _JUST_ENDED),
            )
            .order_by(Job.id.desc())
            .limit(_SHOWN)
        )
        with self._of(user_id) as session:
            return session.scalars(query).all()[::-1]

    def jobs(
        self, user_id: uuid.UUID, language: str, job_ids: Collection[uuid.UUID]
    ) -> Sequence[Told]:
        """These jobs of the person, as they stand."""
        query = select(Job).where(Job.user_id == user_id, Job.id.in_(job_ids)).order_by(Job.id)
        with self._of(user_id) as session, speaking(language):
            return [
                Told(
                    str(job.id),
                    job.version,
                    present.job(job_view(session, job)).model_dump(mode="json"),
                )
                for job in session.scalars(query)
            ]

    def carry_out(self, user_id: uuid.UUID, wish: Broadcast | Pin) -> None:
        """Do what an operator asked for. Raises Problem: (403) `forbidden`, (409)
        `channel_not_set_up`, and the deed's own."""
        with self._of(user_id) as session:
            if isinstance(wish, Broadcast):
                broadcasts.send_now(
                    session, user_id, wish.text, wish.thread_id, wish.pin, channel=self._channel
                )
            else:
                broadcasts.pin(
                    session, user_id, wish.message_id, wish.thread_id, channel=self._channel
                )


def _told(session: Session, job: Job) -> Told:
    shown = present.job(job_view(session, job)).model_dump(mode="json")
    return Told(str(job.id), job.version, shown)


def start_of_day() -> datetime:
    """Midnight in UTC."""
    return clock.utcnow().replace(hour=0, minute=0, second=0, microsecond=0)
