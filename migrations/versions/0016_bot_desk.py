"""The bot's questions, and to whom a bot may write.

Revision: 0016
Follows: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.row_policies import protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("bot_id", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("bot_refused_at", sa.DateTime(timezone=True), nullable=True))
    # Whoever linked a number did so in a chat with that bot.
    op.execute("set local ebb.scope = 'system'")
    op.execute(
        "update users set bot_id = phones.bot_id from phones where phones.user_id = users.id"
    )
    op.create_table(
        "bot_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            sa.column("kind").in_(("reduce", "restore")), name=op.f("ck_bot_questions_kind")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bot_questions_user_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_bot_questions_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_questions")),
    )
    for column in ("user_id", "created_at"):
        op.create_index(f"ix_bot_questions_{column}", "bot_questions", [column])
    protect(op, "bot_questions")


def downgrade() -> None:
    op.drop_table("bot_questions")
    op.drop_column("users", "bot_refused_at")
    op.drop_column("users", "bot_id")
