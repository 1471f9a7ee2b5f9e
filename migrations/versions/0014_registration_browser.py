"""The browser that a registration's link belongs to.

Revision: 0014
Follows: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Links that are on their way have none: they ask for the password.
    op.add_column("mail_tokens", sa.Column("nonce_hash", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_column("mail_tokens", "nonce_hash")
