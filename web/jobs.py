"""List, poll, cancel and verify jobs."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, g, jsonify, request
from flask_openapi3 import APIBlueprint, Tag

from core import clock
from core.problems import Problem
from core.roles import Permission
from models.base import db
from models.jobs import Job
from trading.cancel import cancel_job
from trading.verify import verify_job
from trading.views import job_of_user, job_version, job_view, list_jobs
from web import cursors, present, wired
from web.document import refusals
from web.doorbell import ring
from web.ending import is_ending
from web.guard import needs, user_id
from web.limits import limiter, orders_limit
from web.origin import remote_address
from web.schemas.jobs import JobOut, JobPath, Jobs, JobsQuery, WaitQuery

blueprint = APIBlueprint(
    "jobs",
    __name__,
    url_prefix="/api/jobs",
    abp_tags=[Tag(name="jobs", description="What became of it")],
)

_FIRST_LOOK = 0.03
_SLOWEST_LOOK = 0.25


def etag(version: int) -> str:
    """A job's entity tag: its version."""
    return f'"{version}"'


@blueprint.get("", summary="Your jobs, newest first", responses={"200": Jobs})
@needs(Permission.TRADE)
def get_jobs(query: JobsQuery) -> dict[str, Any]:
    """Filter by market, state, kind, account and time; `cursor` continues a list."""
    rows = list_jobs(
        db.session(),
        user_id(),
        query.wanted(),
        before=cursors.decode(query.cursor),
        limit=query.limit + 1,
    )
    shown = rows[: query.limit]
    return Jobs(
        items=[present.job_summary(row) for row in shown],
        next_cursor=cursors.encode(shown[-1].id) if len(rows) > query.limit else None,
    ).model_dump(mode="json")


@blueprint.get("/<uuid:job_id>", summary="One job", responses={"200": JobOut, "304": None})
@needs(Permission.TRADE)
def get_job(path: JobPath, query: WaitQuery) -> Response:
    """With `If-None-Match` 304 while nothing changed; `wait` seconds holds that answer back until
    something does."""
    known = request.headers.get("If-None-Match", "").removeprefix("W/")
    if known and known == etag(_wait_for_change(path.job_id, known, query.wait)):
        return Response(status=304, headers={"ETag": known})
    job = job_of_user(db.session(), user_id(), path.job_id)
    if job is None:
        raise Problem("not_found", 404)
    return _shown(job)


def _shown(job: Job) -> Response:
    answer = jsonify(present.job(job_view(db.session(), job)).model_dump(mode="json"))
    answer.headers["ETag"] = etag(job.version)
    return answer


def _wait_for_change(job_id: uuid.UUID, known: str, seconds: int) -> int:
    """The version that is not the known one, or the known one when time is up."""
    until, pause = clock.monotonic() + seconds, _FIRST_LOOK
    while True:
        version = job_version(db.session(), user_id(), job_id)
        # The connection goes back while this request only waits.
        db.session.rollback()
        if version is None:
            raise Problem("not_found", 404)
        if known != etag(version) or clock.monotonic() >= until or is_ending():
            return version
        clock.pause(min(pause, until - clock.monotonic()))
        pause = min(pause * 1.3, _SLOWEST_LOOK)


@blueprint.post(
    "/<uuid:job_id>/cancel", summary="Cancel a job", responses={"200": JobOut, **refusals(409)}
)
@needs(Permission.TRADE)
def cancel(path: JobPath) -> Response:
    """At once while it is queued; later it stops what is not sent yet."""
    job = cancel_job(
        db.session(),
        user_id(),
        path.job_id,
        request_id=g.request_id,
        remote_addr=remote_address(),
        retention_days=wired.settings().retention_days,
    )
    ring(job.id)
    return _shown(job)


@blueprint.post(
    "/<uuid:job_id>/verify",
    summary="Compare with the exchange",
    responses={"200": JobOut, **refusals(409, 502)},
)
@limiter.limit(orders_limit)
@needs(Permission.TRADE)
def verify(path: JobPath) -> Response:
    """Reads every order and fill of an ended job from the exchange again and compares them with
    our records; the answer is kept with the job."""
    desk = wired.desk()
    return _shown(verify_job(desk, db.session(), user_id(), path.job_id))
