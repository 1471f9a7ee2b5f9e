"""What will not go on by itself: to be tried anew, or to be let go."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from dramatiq.brokers.redis import RedisBroker
from flask import current_app
from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from community import outcomes
from core.logs import get_logger
from core.problems import Problem
from core.roles import Permission
from models.jobs import Job
from trading.cancel import cancel_job
from trading.operations import dead_letters as letters
from trading.operations import letter_deeds as deeds
from trading.operations.dead_letters import Dead
from web import wired
from web.admin import redis_queue
from web.admin.area import blueprint, everybodys, record
from web.document import refusals
from web.guard import needs, user_id
from web.origin import origin
from web.schemas.operations import DeadLetterOut, DeadLetters, LetterPath

log = get_logger(__name__)
Settles = Callable[[Session, uuid.UUID], bool]


@blueprint.get("/dead-letters", summary="What is stuck", responses={"200": DeadLetters})
@needs(Permission.OPERATE)
def list_dead_letters() -> dict[str, Any]:
    """Messages of the queue, sends of bots, mails and jobs that will not go on by themselves."""
    with everybodys() as session:
        found = letters.dead_letters(session)
        totals = dict(letters.totals(session, found))
    try:
        broker = _broker()
        if broker is not None:
            messages, totals[Dead.MESSAGE] = redis_queue.dead_messages(broker.client)
            found += messages
    except (RedisError, OSError) as error:
        log.warning("dead_letters.redis_away", error=type(error).__name__)
    items = [DeadLetterOut.model_validate(one) for one in found]
    return DeadLetters(items=items, totals=totals).model_dump(mode="json")


@blueprint.post(
    "/dead-letters/<kind>/<letter_id>/replay",
    summary="Try it anew",
    responses={"204": None, **refusals(404, 409)},
)
@needs(Permission.OPERATE)
def replay(path: LetterPath) -> tuple[str, int]:
    """A message that may have arrived is sent a second time. 409 where the world has gone on: the
    code tells what the letter was about."""
    return _settle(path, _REPLAYS, redis_queue.replay_message, "dead_letter.replayed")


@blueprint.post(
    "/dead-letters/<kind>/<letter_id>/discard",
    summary="Let it go",
    responses={"204": None, **refusals(404, 409)},
)
@needs(Permission.OPERATE)
def discard(path: LetterPath) -> tuple[str, int]:
    """A job is cancelled: what was sent of it is settled, nothing more is sent."""
    return _settle(path, _DISCARDS, redis_queue.discard_message, "dead_letter.discarded")


def _settle(
    path: LetterPath,
    stored: Mapping[Dead, Settles],
    queued: Callable[[RedisBroker, str], bool],
    action: str,
) -> tuple[str, int]:
    with everybodys() as session:
        if path.kind is Dead.MESSAGE and not _in_redis(redis_queue.is_dead, path.letter_id):
            raise Problem("not_found", 404)
        # Before the deed: Redis shares no transaction with the log, and a cancel ends this one.
        record(action, f"{path.kind.value}:{path.letter_id}")
        if path.kind is Dead.MESSAGE:
            session.commit()
            done = _in_redis(queued, path.letter_id)
        else:
            done = stored[path.kind](session, _id(path.letter_id))
        if not done:
            session.rollback()
            raise Problem("not_found", 404)
        session.commit()
    return "", 204


def _in_redis(deed: Callable[[RedisBroker, str], bool], name: str) -> bool:
    try:
        broker = _broker()
        return broker is not None and deed(broker, name)
    except (RedisError, OSError) as error:
        log.warning("dead_letters.redis_away", error=type(error).__name__)
        raise Problem("service_unavailable", 503, headers={"Retry-After": "2"}) from None


def _broker() -> RedisBroker | None:
    """None where the queue is in RabbitMQ: its dead messages are shown by its own console."""
    found = current_app.extensions["doorbell"]
    return found if isinstance(found, RedisBroker) else None


def _id(given: str) -> uuid.UUID:
    try:
        return uuid.UUID(given)
    except ValueError:
        raise Problem("not_found", 404) from None


def _replay_send(session: Session, send_id: uuid.UUID) -> bool:
    send = deeds.replay_send(session, send_id)
    if send is not None:
        outcomes.begin_again(session, send)
    return send is not None


def _cancel(session: Session, job_id: uuid.UUID) -> bool:
    job = session.get(Job, job_id)
    if job is None:
        return False
    found = origin()
    cancel_job(
        session,
        job.user_id,
        job.id,
        request_id=found.request_id,
        remote_addr=found.remote_addr,
        operator_id=user_id(),
        retention_days=wired.settings().retention_days,
    )
    return True


_REPLAYS: Mapping[Dead, Settles] = {
    Dead.SEND: _replay_send,
    Dead.MAIL: deeds.replay_mail,
    Dead.JOB: deeds.replay_job,
}
_DISCARDS: Mapping[Dead, Settles] = {
    Dead.SEND: deeds.discard_send,
    Dead.MAIL: deeds.discard_mail,
    Dead.JOB: _cancel,
}
