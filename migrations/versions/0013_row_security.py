"""Row-level security: a transaction sees the rows of the person it acts for.

Revision: 0013
Follows: 0012
"""

from __future__ import annotations

from alembic import op

from models.row_policies import SYSTEMS, column, protect, through, unprotect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TABLES = {
    "users": column("id"),
    "accounts": column(),
    "jobs": column(),
    "legs": through("jobs", "job_id"),
    "attempts": through("legs", "leg_id"),
    "fills": through("jobs", "job_id"),
    "snapshots": column(),
    "outbox": through("jobs", "job_id"),
    "exposures": through("accounts", "account_id"),
    "notices": column(),
    "sign_ins": column(),
    "audit_log": f"actor = (select pseudonym from users where {column('id')})",  # noqa: S608 - ours
    "audit_origins": through("audit_log", "entry_id"),
    "second_factors": column(),
    "recovery_codes": column(),
    "phones": column(),
    "approvals": column(),
    "emails": column(),
    "link_codes": column(),
    # Those of an address that is nobody's yet are the system's.
    "mails": column(),
    "mail_tokens": column(),
    "bot_sends": column(),
    "bot_updates": SYSTEMS,
}
# An entry and its origin are written by one statement, which does not see the entry yet: an origin
# goes to the entry that this connection has just numbered.
_NEW = {"audit_origins": "entry_id = currval('audit_log_id_seq')"}


def upgrade() -> None:
    for table, belongs in _TABLES.items():
        protect(op, table, belongs, new=_NEW.get(table))


def downgrade() -> None:
    for table in _TABLES:
        unprotect(op, table)
