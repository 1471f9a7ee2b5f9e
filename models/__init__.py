"""Tables and the queries that belong to them; no business rules."""

from models import (
    approvals,
    audit,
    bot_sends,
    bot_updates,
    exposures,
    fills,
    jobs,
    notices,
    operations,
    outbox,
    phones,
    second_factors,
    sign_ins,
    users,
)

__all__ = [
    "approvals",
    "audit",
    "bot_sends",
    "bot_updates",
    "exposures",
    "fills",
    "jobs",
    "notices",
    "operations",
    "outbox",
    "phones",
    "second_factors",
    "sign_ins",
    "users",
]
