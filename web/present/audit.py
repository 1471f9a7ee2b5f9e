"""The audit log as the API tells it."""

from __future__ import annotations

from collections.abc import Sequence

from models.audit import Told
from web import cursors
from web.schemas.audit import AuditEntries, AuditEntryOut


def audit_entries(found: Sequence[Told], limit: int) -> AuditEntries:
    """A page; `found` holds one more than `limit` where there is another."""
    shown = found[:limit]
    return AuditEntries(
        items=[_entry(told) for told in shown],
        next_cursor=cursors.encode_number(shown[-1].entry.id) if len(found) > limit else None,
    )


def _entry(told: Told) -> AuditEntryOut:
    entry, origin = told.entry, told.origin
    return AuditEntryOut(
        id=entry.id,
        at=entry.at,
        user_id=told.user_id,
        action=entry.action,
        subject=entry.subject,
        details=entry.details,
        request_id=origin and origin.request_id,
        remote_addr=origin and origin.remote_addr,
    )
