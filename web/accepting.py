"""Accept a job over HTTP: the idempotency key, the transaction, the ring, the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Response, g, jsonify, request, url_for

from core.problems import Problem
from models.base import db
from trading.accept import Accepted, Intake
from trading.views import job_view
from web import present
from web.doorbell import ring
from web.jobs import etag
from web.origin import remote_address

_VISIBLE = re.compile(r"^[\x21-\x7e]{1,255}$")


def idempotency_key() -> str:
    """What names the sender's intention. Raises Problem (400) `idempotency_key_missing`."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not _VISIBLE.match(key):
        raise Problem("idempotency_key_missing", 400)
    return key


def optional_idempotency_key() -> str | None:
    """The same, where a request may have none."""
    return idempotency_key() if "Idempotency-Key" in request.headers else None


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
    body: dict[str, Any] = present.job(job_view(db.session(), job)).model_dump(mode="json")
    answer = jsonify(body)
    answer.status_code = 200 if accepted.replayed else 202
    answer.headers["Location"] = url_for("jobs.get_job", job_id=job.id)
    answer.headers["ETag"] = etag(job.version)
    if accepted.replayed:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer
