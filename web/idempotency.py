"""The Idempotency-Key of a request (IETF draft), and the answer to what it names."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, jsonify, request

from core.problems import Problem

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


def made(body: dict[str, Any], place: str, *, replayed: bool, status: int) -> Response:
    """The answer with what was made and the address where it is: of this status, or 200 where an
    earlier request with the key had made it."""
    answer = jsonify(body)
    answer.status_code = 200 if replayed else status
    answer.headers["Location"] = place
    if replayed:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer
