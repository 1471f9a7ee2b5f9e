"""What operators switch, and what runs on a schedule."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment

PAUSE = "pause_sending"
"""The switch that stops all sending (`trading.pause`)."""
IS_PAUSED = f"exists (select 1 from switches where name = '{PAUSE}' and is_on)"  # noqa: S608 - ours


class Switch(Base):
    """A named switch that every process obeys; absent is off."""

    __tablename__ = "switches"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    is_on: Mapped[bool]
    note: Mapped[str] = mapped_column(String(256), default="", server_default="")
    changed_at: Mapped[Moment]
    changed_by: Mapped[str] = mapped_column(String(64))


class Schedule(Base):
    """When a recurring task is due next. Whoever moves `due_at` on has claimed that run."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    due_at: Mapped[Moment]
