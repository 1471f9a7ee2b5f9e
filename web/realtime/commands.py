"""What an operator may have done over a socket, and who does it."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy.orm import Session

from models.users import User


class Broadcasts(Protocol):
    """`community.broadcasts`. Both act in the caller's transaction and raise Problem."""

    def send_now(
        self, session: Session, author: User, text: str, thread_id: int | None, pin: bool
    ) -> object:
        """Send a text into the community's chat, and pin it if asked to."""

    def pin(self, session: Session, author: User, message_id: int, thread_id: int | None) -> object:
        """Pin a message of that chat."""
