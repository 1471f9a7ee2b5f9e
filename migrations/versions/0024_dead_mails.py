"""Mails that no server takes are kept for operators, with why.

Revision: 0024
Follows: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mails", sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mails", sa.Column("dead_why", sa.String(length=64), nullable=True))


def downgrade() -> None:
    # Nobody would know that they are not to be sent.
    op.execute("delete from mails where dead_at is not null")
    op.drop_column("mails", "dead_why")
    op.drop_column("mails", "dead_at")
