"""Tables and the queries that belong to them; no business rules."""

from models import (
    approvals,
    audit,
    emails,
    exposures,
    fills,
    jobs,
    link_codes,
    mail_links,
    mails,
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
    "emails",
    "exposures",
    "fills",
    "jobs",
    "link_codes",
    "mail_links",
    "mails",
    "notices",
    "operations",
    "outbox",
    "phones",
    "second_factors",
    "sign_ins",
    "users",
]
