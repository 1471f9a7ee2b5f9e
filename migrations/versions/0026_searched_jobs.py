"""What operators search jobs by: the symbol of a leg, and how those ended that went wrong.

Revision: 0026
Follows: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.row_policies import ask_always, ask_once, column, through

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# What a search of everybody's jobs reads, with whose rows they are.
_SEARCHED = {
    "jobs": column(),
    "accounts": column(),
    "users": column("id"),
    "legs": through("jobs", "job_id"),
}
_TROUBLED = sa.text("state in ('cancelled', 'failed', 'partially_completed')")


def upgrade() -> None:
    for table, belongs in _SEARCHED.items():
        ask_once(op, table, belongs)
    with op.get_context().autocommit_block():
        # One that a failed try left behind is invalid.
        op.execute("drop index concurrently if exists ix_legs_symbol_job_id")
        op.create_index(
            "ix_legs_symbol_job_id",
            "legs",
            ["symbol", "job_id"],
            if_not_exists=True,
            postgresql_concurrently=True,
        )
        op.execute("drop index concurrently if exists ix_jobs_troubled")
        op.create_index(
            "ix_jobs_troubled",
            "jobs",
            ["state", "id"],
            if_not_exists=True,
            postgresql_concurrently=True,
            postgresql_where=_TROUBLED,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in ("ix_jobs_troubled", "ix_legs_symbol_job_id"):
            op.execute(f"drop index concurrently if exists {name}")
    for table, belongs in _SEARCHED.items():
        ask_always(op, table, belongs)
