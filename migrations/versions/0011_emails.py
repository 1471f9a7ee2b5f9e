"""E-mail addresses with passwords, links in mails, mails that are owed, codes to link Telegram.

Revision: 0011
Follows: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_PURPOSES = ("verify", "reset")
_KINDS = (
    *("register", "address", "forgot", "password_changed", "password_reset"),
    *("address_changed", "address_removed", "telegram_linked"),
)


def _moment(name: str, *, now: bool = False) -> sa.Column[sa.DateTime]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=False)


def upgrade() -> None:
    op.alter_column("users", "telegram_id", existing_type=sa.BigInteger(), nullable=True)
    op.create_table(
        "emails",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=False),
        _moment("verified_at", now=True),
        _moment("password_changed_at", now=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_emails_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_emails")),
        sa.UniqueConstraint("email", name=op.f("uq_emails_email")),
    )
    op.create_table(
        "link_codes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        _moment("expires_at"),
        sa.Column("asked_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_link_codes_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_link_codes")),
        sa.UniqueConstraint("hash", name=op.f("uq_link_codes_hash")),
    )
    op.create_table(
        "mail_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=256), nullable=True),
        sa.Column("first_name", sa.String(length=256), server_default="", nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        _moment("created_at", now=True),
        _moment("expires_at"),
        sa.CheckConstraint(
            sa.column("purpose").in_(_PURPOSES), name=op.f("ck_mail_tokens_purpose")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mail_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_tokens")),
    )
    op.create_table(
        "mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        _moment("due_at", now=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        _moment("created_at", now=True),
        sa.CheckConstraint(sa.column("kind").in_(_KINDS), name=op.f("ck_mails_kind")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mails_user_id")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["mail_tokens.id"], name=op.f("fk_mails_link_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
    )
    for table, columns in _INDEXES.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table in ("mails", "mail_tokens", "link_codes", "emails"):
        op.drop_table(table)
    # Fails where somebody has no Telegram: nobody is removed by going back.
    op.alter_column("users", "telegram_id", existing_type=sa.BigInteger(), nullable=False)


_INDEXES = {
    "link_codes": ("asked_by",),
    "mail_tokens": ("user_id", "email", "expires_at"),
    "mails": ("email", "user_id", "link_id", "due_at"),
}
