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
    return None if cursor is None else uuid.UUID(bytes=_bytes(cursor, 16))


def encode_number(identifier: int) -> str:
    """Of a table whose rows are numbered."""
    return base64.urlsafe_b64encode(identifier.to_bytes(8)).decode().rstrip("=")


def decode_number(cursor: str | None) -> int | None:
    """The number in a cursor; the same Problem."""
    return None if cursor is None else int.from_bytes(_bytes(cursor, 8), signed=True)


def _bytes(cursor: str, length: int) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != length:
        fault = FieldError("cursor", "invalid", {})
        raise Problem("validation_failed", 400, errors=(fault,))
    return raw
