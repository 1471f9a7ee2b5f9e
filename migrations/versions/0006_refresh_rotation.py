"""Refresh tokens that supersede each other: which generation of a sign-in is the living one.

Revision: 0006
Follows: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sign_ins",
        sa.Column("generation", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("sign_ins", sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("sign_ins", "rotated_at")
    op.drop_column("sign_ins", "generation")
