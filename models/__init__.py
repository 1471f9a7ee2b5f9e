"""Tables and the queries that belong to them; no business rules."""

from models import (
    audit,
    exposures,
    fills,
    jobs,
    notices,
    operations,
    outbox,
    second_factors,
    sign_ins,
    users,
)

__all__ = [
    "audit",
    "exposures",
    "fills",
    "jobs",
    "notices",
    "operations",
    "outbox",
    "second_factors",
    "sign_ins",
    "users",
]
