"""Second factors, recovery codes, and the confirmation policy.

Revision: 0012
Follows: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("totp_pending_enc", sa.String(), nullable=True),
        sa.Column("totp_enc", sa.String(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("code_wrong", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("code_wrong_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pin_enc", sa.String(), nullable=True),
        sa.Column("pin_wrong", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("pin_wrong_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirm_over", sa.Numeric(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("confirm_over >= 0", name=op.f("ck_second_factors_confirm_over")),
        sa.CheckConstraint(
            "confirm_over is null or totp_enc is not null or pin_enc is not null",
            name=op.f("ck_second_factors_confirmed_by_a_factor"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_codes")),
    )


def downgrade() -> None:
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
