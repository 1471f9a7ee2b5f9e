"""Telephone numbers, and sign-ins that a person approves in Telegram.

Revision: 0010
Follows: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STATES = ("pending", "approved", "rejected", "replaced")


def upgrade() -> None:
    op.add_column(
        "users", sa.Column("approvals_blocked_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_table(
        "phones",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("number_enc", sa.String(), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "linked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_phones_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_phones")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_phones_fingerprint")),
    )
    op.create_table(
        "approvals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("nonce_hash", sa.String(length=64), nullable=False),
        sa.Column("match_number", sa.SmallInteger(), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=32), server_default="pending", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'pending') = (decided_at is null)", name=op.f("ck_approvals_decided_has_time")
        ),
        sa.CheckConstraint(
            "collected_at is null or state = 'approved'",
            name=op.f("ck_approvals_collected_is_approved"),
        ),
        sa.CheckConstraint(sa.column("state").in_(_STATES), name=op.f("ck_approvals_state")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_approvals_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index(
        "uq_approvals_pending",
        "approvals",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_approvals_user_id", "approvals", ["user_id"])
    op.create_index("ix_approvals_expires_at", "approvals", ["expires_at"])


def downgrade() -> None:
    op.drop_table("approvals")
    op.drop_table("phones")
    op.drop_column("users", "approvals_blocked_at")
