"""Mails that tell of guessed passwords.

Revision: 0015
Follows: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BEFORE = (
    *("register", "address", "forgot", "password_changed", "password_reset"),
    *("address_changed", "address_removed", "telegram_linked"),
)
_NEW = "password_guessed"


def upgrade() -> None:
    _allow(*_BEFORE, _NEW)


def downgrade() -> None:
    op.execute(sa.text("delete from mails where kind = :kind").bindparams(kind=_NEW))
    _allow(*_BEFORE)


def _allow(*kinds: str) -> None:
    name = op.f("ck_mails_kind")
    op.drop_constraint(name, "mails", type_="check")
    op.create_check_constraint(name, "mails", sa.column("kind").in_(kinds))
