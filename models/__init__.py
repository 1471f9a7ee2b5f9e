"""Tables and the queries that belong to them; no business rules."""

from models import (
    approvals,
    audit,
    exposures,
    fills,
    jobs,
    notices,
    operations,
    outbox,
    phones,
    sign_ins,
    users,
)

__all__ = [
    "approvals",
    "audit",
    "exposures",
    "fills",
    "jobs",
    "notices",
    "operations",
    "outbox",
    "phones",
    "sign_ins",
    "users",
]
