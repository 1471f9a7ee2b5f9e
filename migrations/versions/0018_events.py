"""Events: what is told over the realtime sockets, and what has arrived.

Revision: 0018
Follows: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.row_policies import protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _moment("created_at"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_events_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_user_id_id", "events", ["user_id", "id"])
    op.create_index("ix_events_created_at", "events", ["created_at"])
    op.create_table(
        "event_stream",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("trimmed_to", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_event_stream")),
    )
    op.execute("insert into event_stream (one) values (1)")
    op.create_table(
        "event_cursors",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("acked", sa.BigInteger(), nullable=False),
        _moment("acked_at"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_event_cursors_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_event_cursors")),
    )
    op.create_index("ix_event_cursors_acked", "event_cursors", ["acked"])
    # What was told to everybody is the system's.
    protect(op, "events")
    protect(op, "event_cursors")
    # How many messages were sent today, asked every few seconds.
    op.create_index(
        "ix_bot_sends_sent_at", "bot_sends", ["sent_at"], postgresql_where=sa.text("state = 'sent'")
    )


def downgrade() -> None:
    op.drop_index("ix_bot_sends_sent_at", "bot_sends")
    op.drop_table("event_cursors")
    op.drop_table("event_stream")
    op.drop_table("events")


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )
