"""The audit log's hash chain: what a seal's hash is made of. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC

from models.audit import AuditEntry

GENESIS = "0" * 64
"""What stands before the first seal."""


def link(number: int, prev_hash: str, entries: Sequence[AuditEntry]) -> str:
    """The hash of a seal over its entries, in the order of their ids: SHA-256 in hex, of the hash
    before it, its number, and every column of every entry."""
    digest = hashlib.sha256(f"{prev_hash}\n{number}\n".encode())
    for entry in entries:
        digest.update(canonical(entry))
        digest.update(b"\n")
    return digest.hexdigest()


def canonical(entry: AuditEntry) -> bytes:
    """One entry as JSON that is the same whenever it is read: names sorted, no blanks, UTC."""
    columns = {
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": None if entry.actor is None else str(entry.actor),
        "action": entry.action,
        "subject": entry.subject,
        "details": entry.details,
        "origin_hash": entry.origin_hash,
    }
    return json.dumps(columns, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
