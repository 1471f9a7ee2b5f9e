"""The community: signals, broadcasts; pins and priorities of what a bot owes.

Revision: 0017
Follows: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_DEEDS = ("message", "edit", "pin", "unpin")
_BROADCASTS = ("scheduled", "sending", "sent", "failed", "unknown", "cancelled")
_SIGNALS = ("live", "closed", "settled", "expired")
_RESULTS = ("won", "lost", "void")
_PINS = ("owed", "pinned", "unpinned", "failed")
_POSTS = ("sending", "sent", "failed", "unknown", "withdrawn")


def upgrade() -> None:
    op.add_column("bot_sends", _word("deed", "message"))
    op.add_column(
        "bot_sends",
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.execute(
        "update bot_sends set deed = 'edit'"
        " where edits_send is not null or edits_message is not null"
    )
    op.create_check_constraint(
        op.f("ck_bot_sends_deed"), "bot_sends", sa.column("deed").in_(_DEEDS)
    )
    op.create_index(
        "ix_bot_sends_priority_ring_at",
        "bot_sends",
        ["priority", "ring_at"],
        postgresql_where=sa.text("state in ('owed', 'sending')"),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        _word("pin_state", None),
        _moment("at"),
        _word("state", ""),
        sa.Column("send_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(length=256), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        _moment("created_at", now=True),
        _moment("sent_at"),
        sa.CheckConstraint(sa.column("pin_state").in_(_PINS), name=op.f("ck_broadcasts_pin_state")),
        sa.CheckConstraint(sa.column("state").in_(_BROADCASTS), name=op.f("ck_broadcasts_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint(
            "created_by", "idempotency_key", name=op.f("uq_broadcasts_created_by_idempotency_key")
        ),
    )
    op.create_index(
        "ix_broadcasts_at", "broadcasts", ["at"], postgresql_where=sa.text("state = 'scheduled'")
    )
    op.create_table(
        "signals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("market_id", sa.String(length=64), nullable=False),
        sa.Column("confidence", sa.Numeric(), nullable=False),
        sa.Column("ev", sa.Numeric(), nullable=False),
        sa.Column("sport", sa.String(length=64), nullable=True),
        sa.Column("market", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _word("state", "live"),
        _word("result", None),
        sa.Column("pnl", sa.Numeric(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("send_id", sa.Uuid(), nullable=True),
        _word("post_state", "sending"),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        _word("pin_state", "owed"),
        sa.Column("error", sa.String(length=256), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        _moment("created_at", now=True),
        _moment("ended_at"),
        sa.CheckConstraint("confidence between 0 and 1", name=op.f("ck_signals_confidence")),
        sa.CheckConstraint(
            "(state = 'settled') = (result is not null)", name=op.f("ck_signals_settled_has_result")
        ),
        sa.CheckConstraint(
            "sport is not null or market is not null", name=op.f("ck_signals_has_field")
        ),
        sa.CheckConstraint(sa.column("state").in_(_SIGNALS), name=op.f("ck_signals_state")),
        sa.CheckConstraint(sa.column("result").in_(_RESULTS), name=op.f("ck_signals_result")),
        sa.CheckConstraint(sa.column("post_state").in_(_POSTS), name=op.f("ck_signals_post_state")),
        sa.CheckConstraint(sa.column("pin_state").in_(_PINS), name=op.f("ck_signals_pin_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
        sa.UniqueConstraint(
            "created_by", "idempotency_key", name=op.f("uq_signals_created_by_idempotency_key")
        ),
    )
    op.create_index(
        "ix_signals_expires_at",
        "signals",
        ["expires_at"],
        postgresql_where=sa.text("state = 'live'"),
    )
    op.create_index("ix_signals_state_id", "signals", ["state", "id"])


def downgrade() -> None:
    op.drop_table("signals")
    op.drop_table("broadcasts")
    # An older worker would take a pin for an edit.
    op.execute("delete from bot_sends where deed in ('pin', 'unpin')")
    op.drop_index("ix_bot_sends_priority_ring_at", "bot_sends")
    op.drop_column("bot_sends", "priority")
    op.drop_column("bot_sends", "deed")


def _word(name: str, default: str | None) -> sa.Column[str]:
    """A column of one of our words: null allowed (None), or needed, perhaps with a default."""
    return sa.Column(
        name, sa.String(length=32), server_default=default or None, nullable=default is None
    )


def _moment(name: str, *, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not now)
