"""Opaque cursors: the id of the last row seen."""

from __future__ import annotations

import base64
import binascii
import uuid

from core.problems import FieldError, Problem


def encode(identifier: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(identifier.bytes).decode().rstrip("=")


def decode(cursor: str | None) -> uuid.UUID | None:
    """The id in a cursor; Problem `validation_failed` for anything that is none of ours."""
    if cursor is None:
        return None
    try:
        return uuid.UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        fault = FieldError("cursor", "invalid", {})
        raise Problem("validation_failed", 400, errors=(fault,)) from None
