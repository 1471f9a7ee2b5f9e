"""The declarative base, the column types every table shares, and the Flask-SQLAlchemy handle."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Enum, MetaData, Numeric, Uuid, func
from sqlalchemy.orm import DeclarativeBase, mapped_column

from core.ids import new_id
from models import row_security

# Named constraints, so that a migration can drop what another made.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

Amount = Annotated[Decimal, mapped_column(Numeric)]
"""Money or a quantity: numeric without a fixed scale, so nothing is ever rounded by storing it."""

Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
RowId = Annotated[uuid.UUID, mapped_column(Uuid, primary_key=True, default=new_id)]


class Base(DeclarativeBase):
    """Every table of ours."""

    metadata = MetaData(naming_convention=NAMING)


# A row stays readable after its commit: reading its id again would cost the ring two trips.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
"""The web's session handle (`db.session`). The worker opens its own: `models.sessions`.
It shows no rows of people until it is said whose: `web.guard` says it."""
row_security.watch(db.session)


def words(enum: type[StrEnum], name: str) -> Enum:
    """A text column that holds only this enum's values, checked by the database."""
    return Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def any_of(column: str, states: frozenset[StrEnum]) -> str:
    """An SQL condition for constraints and partial indexes: the column holds one of these words."""
    listed = ", ".join(f"'{state.value}'" for state in sorted(states))
    return f"{column} in ({listed})"
