"""Tables and the queries that belong to them; no business rules."""

from models import (
    audit,
    bot_sends,
    bot_updates,
    exposures,
    fills,
    jobs,
    notices,
    operations,
    outbox,
    sign_ins,
    users,
)

__all__ = [
    "audit",
    "bot_sends",
    "bot_updates",
    "exposures",
    "fills",
    "jobs",
    "notices",
    "operations",
    "outbox",
    "sign_ins",
    "users",
]
