"""Accept a job over HTTP: the transaction, the ring, the answer."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, g, url_for

from models.base import db
from trading.accept import Accepted, Intake
from trading.views import job_view
from web import present
from web.doorbell import ring
from web.idempotency import idempotency_key, made
from web.jobs import etag
from web.origin import remote_address


def accept(delay_ms: int, take_in: Callable[[Intake], Accepted]) -> Response:
    """202 with the new job, or 200 with the one that this key already made."""
    accepted = take_in(
        Intake(
            idempotency_key=idempotency_key(),
            delay_ms=delay_ms,
            request_id=g.request_id,
            remote_addr=remote_address(),
        )
    )
    job = accepted.job
    if not accepted.replayed:
        ring(job.id)
    answer = made(
        present.job(job_view(db.session(), job)).model_dump(mode="json"),
        url_for("jobs.get_job", job_id=job.id),
        replayed=accepted.replayed,
        status=202,
    )
    answer.headers["ETag"] = etag(job.version)
    return answer
