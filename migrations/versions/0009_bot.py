"""The bot: updates that were received, messages that are owed.

Revision: 0009
Follows: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STATES = ("owed", "sending", "sent", "refused", "unknown")
_OPEN_SENDS = sa.text("state in ('owed', 'sending')")
_OPEN_UPDATES = sa.text("handled_at is null and set_aside_at is null")


def upgrade() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "bot_updates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("payload", json, nullable=True),
        _moment("received_at"),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_aside_at", sa.DateTime(timezone=True), nullable=True),
        _count("tries"),
        _moment("ring_at"),
        _count("rings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_updates")),
        sa.UniqueConstraint("bot_id", "update_id", name=op.f("uq_bot_updates_bot_id_update_id")),
    )
    op.create_index(
        "ix_bot_updates_ring_at", "bot_updates", ["ring_at"], postgresql_where=_OPEN_UPDATES
    )
    op.create_index("ix_bot_updates_received_at", "bot_updates", ["received_at"])
    op.create_table(
        "bot_sends",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("buttons", json, nullable=True),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("edits_send", sa.Uuid(), nullable=True),
        sa.Column("edits_message", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=32), server_default="owed", nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.String(length=256), nullable=True),
        _moment("created_at"),
        _moment("not_before"),
        _moment("not_after", "now() + interval '1 day'"),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        _count("tries"),
        _moment("ring_at"),
        _count("rings"),
        sa.CheckConstraint(sa.column("state").in_(_STATES), name=op.f("ck_bot_sends_state")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bot_sends_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_sends")),
        sa.UniqueConstraint("key", name=op.f("uq_bot_sends_key")),
    )
    op.create_index("ix_bot_sends_ring_at", "bot_sends", ["ring_at"], postgresql_where=_OPEN_SENDS)
    op.create_index(
        "ix_bot_sends_bot_id_chat_id_id",
        "bot_sends",
        ["bot_id", "chat_id", "id"],
        postgresql_where=_OPEN_SENDS,
    )
    op.create_index(
        "ix_bot_sends_under_way",
        "bot_sends",
        ["bot_id"],
        postgresql_where=sa.text("state = 'sending'"),
    )
    for columns in _INDEXES:
        op.create_index(f"ix_bot_sends_{'_'.join(columns)}", "bot_sends", columns)


def downgrade() -> None:
    op.drop_table("bot_sends")
    op.drop_table("bot_updates")


def _moment(name: str, default: str = "now()") -> sa.Column[object]:
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=sa.text(default), nullable=False
    )


def _count(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


_INDEXES = (["bot_id", "began_at"], ["bot_id", "chat_id", "began_at"], ["user_id"], ["created_at"])
