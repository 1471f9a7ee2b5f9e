"""What people should be told, and what the last check of a key found.

Revision: 0007
Follows: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    op.add_column(
        "accounts",
        sa.Column("can_withdraw", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("accounts", sa.Column("ips", json, nullable=True))
    op.add_column("accounts", sa.Column("refused_reason", sa.String(length=32), nullable=True))
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("data", json, server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "day",
            sa.Date(),
            server_default=sa.text("(now() at time zone 'utc')::date"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "user_id", "kind", "subject", "day", name=op.f("uq_notices_user_id_kind_subject_day")
        ),
    )


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_column("accounts", "refused_reason")
    op.drop_column("accounts", "ips")
    op.drop_column("accounts", "can_withdraw")
