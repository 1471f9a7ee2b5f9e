"""Sign-in by approval: a browser names a telephone number and shows a number of two digits; the
bot asks whom the telephone number belongs to, and they pick the two digits (docs/security.md,
"Sign-in by bot approval").

Nothing that the browser is told depends on whether anybody was asked.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session, sessionmaker

from core.ids import new_id
from core.problems import Problem
from core.texts import text
from core.vault import Vault
from models import approvals, audit, bot_sends, phones, users
from models.approvals import ApprovalState, Collected, Standing
from models.bot_sends import SendState
from models.users import User, language_of
from telegram.buttons import Button, reply_markup

LIFE = timedelta(minutes=5)
PICK, NOT_ME, BLOCK = "ap", "an", "ab"
"""What a button's data begins with: the picked number, "not me", "ask no more"."""
_CHOICES = 3
_KEPT, _BATCH = timedelta(days=1), 1000
_SMALLEST, _LARGEST = 10, 99


@dataclass(frozen=True, slots=True)
class Asker:
    """The browser as the person is told of it, in words of ours alone (empty: unknown), and where
    its request came from."""

    device: str
    place: str
    request_id: str | None = None
    remote_addr: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """For the browser. Only it holds the nonce; a hash of it is stored."""

    session_id: uuid.UUID
    nonce: str
    match_number: int


class Choice(StrEnum):
    """What a person can tap instead of a number."""

    NOT_ME = "not_me"
    BLOCK = "block"


class Outcome(StrEnum):
    """What a tap did. The last two: nothing."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WRONG_NUMBER = "wrong_number"
    BLOCKED = "blocked"
    OVER = "over"
    NOT_YOURS = "not_yours"


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that was tapped: by whom, under which message."""

    telegram_id: int
    chat_id: int
    message_id: int
    choice: int | Choice


def begin(
    session: Session,
    vault: Vault,
    number: str,
    asker: Asker,
    *,
    bot_ids: tuple[int, ...],
    now: datetime,
) -> Begun:
    """Store a request for this number (E.164), and owe its owner the question. It replaces what
    they were asked before. Nobody is asked for a number that is nobody's, or whose owner wants no
    requests. `bot_ids`: the bots that can write, the main one first."""
    begun = Begun(
        new_id(), secrets.token_urlsafe(32), secrets.choice(range(_SMALLEST, _LARGEST + 1))
    )
    found = phones.hold_owner(session, vault.fingerprints(number))
    owner, bot_id = None, None
    if found is not None and _may_be_asked(found[0]):
        owner, phone = found
        bot_id = phone.bot_id if phone.bot_id in bot_ids else bot_ids[0]
        withdraw(session, owner)
    expires_at = approvals.add(
        session,
        approval_id=begun.session_id,
        user_id=None if owner is None else owner.id,
        bot_id=bot_id,
        nonce_hash=hash_of(begun.nonce),
        match_number=begun.match_number,
        life=LIFE,
    )
    if owner is not None and bot_id is not None and owner.telegram_id is not None:
        _ask(session, owner, owner.telegram_id, bot_id, begun, asker, now=now, until=expires_at)
    return begun


def _may_be_asked(owner: User) -> bool:
    return owner.telegram_id is not None and owner.approvals_blocked_at is None


def withdraw(session: Session, owner: User) -> None:
    """End what the person was asked and did not answer, and take its buttons away."""
    for session_id in approvals.replace_pending(session, owner.id):
        asked = bot_sends.by_key(session, _key(session_id))
        if asked is not None:
            bot_sends.owe_edit(
                session,
                bot_id=asked.bot_id,
                chat_id=asked.chat_id,
                of=asked.id,
                text=text("bot.approval_over", language_of(owner)),
                kind="approval",
                key=f"{_key(session_id)}:over",
                user_id=owner.id,
            )


def hash_of(nonce: str) -> str:
    """What is stored of a browser's nonce."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def standing(session: Session, session_id: uuid.UUID, nonce: str) -> Standing:
    """How the browser's request stands. Raises Problem (404) `not_found` for another's."""
    found = approvals.standing(session, session_id, hash_of(nonce))
    if found is None:
        raise Problem("not_found", 404)
    return found


def collect(session: Session, session_id: uuid.UUID, nonce: str) -> Collected | None:
    """Whom the browser is signed in as; once."""
    return approvals.collect(session, session_id, hash_of(nonce))


def answer(session: Session, session_id: uuid.UUID, tap: Tap) -> Outcome:
    """Do what the person tapped, if it is theirs to say and still open."""
    user_id = users.hold_by_telegram_id(session, tap.telegram_id)
    shown = user_id and approvals.number_of(session, session_id, user_id)
    if not user_id or shown is None or not _is_its_message(session, session_id, tap):
        return Outcome.NOT_YOURS
    state = ApprovalState.APPROVED if tap.choice == shown else ApprovalState.REJECTED
    if not approvals.decide(session, session_id, user_id, state):
        return Outcome.OVER
    outcome = _meaning(state, tap.choice)
    audit.record(
        session,
        f"approval.{state}",
        f"approval:{session_id}",
        user_id=user_id,
        details={"why": outcome.value},
    )
    if outcome is Outcome.BLOCKED:
        set_blocked(session, user_id, True)
    return outcome


def remove_old(sessions: sessionmaker[Session], *, stopping: threading.Event) -> int:
    """Forget requests that ran out a day ago, in small transactions; how many."""
    total = 0
    while not stopping.is_set():
        with sessions.begin() as session:
            gone = approvals.forget_old(session, _KEPT, _BATCH)
        total += gone
        if gone < _BATCH:
            break
    return total


def set_blocked(
    session: Session,
    user_id: uuid.UUID,
    blocked: bool,
    *,
    request_id: str | None = None,
    remote_addr: str | None = None,
) -> None:
    """Whether the person wants no more requests. Raises Problem (401) `unauthenticated` for one
    who is gone."""
    changed = users.block_approvals(session, user_id, blocked)
    if changed is None:
        raise Problem("unauthenticated", 401)
    if changed:
        audit.record(
            session,
            "approval.blocked" if blocked else "approval.unblocked",
            None,
            user_id=user_id,
            request_id=request_id,
            remote_addr=remote_addr,
        )


def _meaning(state: ApprovalState, choice: int | Choice) -> Outcome:
    if state is ApprovalState.APPROVED:
        return Outcome.APPROVED
    meanings = {Choice.NOT_ME: Outcome.REJECTED, Choice.BLOCK: Outcome.BLOCKED}
    return meanings[choice] if isinstance(choice, Choice) else Outcome.WRONG_NUMBER


def _is_its_message(session: Session, session_id: uuid.UUID, tap: Tap) -> bool:
    """Whether the button stands under the message that asked. While Telegram's answer to that is
    awaited, or where it got lost, the message's number is not known and the chat has to do."""
    asked = bot_sends.by_key(session, _key(session_id))
    if asked is None or asked.chat_id != tap.chat_id:
        return False
    if asked.state in (SendState.SENDING, SendState.UNKNOWN):
        return True
    return asked.message_id == tap.message_id


def _key(session_id: uuid.UUID) -> str:
    return f"approval:{session_id}"


def _ask(
    session: Session,
    owner: User,
    chat_id: int,
    bot_id: int,
    begun: Begun,
    asker: Asker,
    *,
    now: datetime,
    until: datetime,
) -> None:
    language = language_of(owner)
    unknown = text("bot.approval_unknown.title", language)
    values = {
        "device": asker.device or unknown,
        "place": asker.place or unknown,
        "time": f"{now:%H:%M} UTC",
    }
    audit.record(
        session,
        "approval.requested",
        f"approval:{begun.session_id}",
        user_id=owner.id,
        request_id=asker.request_id,
        remote_addr=asker.remote_addr,
    )
    bot_sends.owe(
        session,
        bot_id=bot_id,
        chat_id=chat_id,
        text=text("bot.approval_ask", language, values),
        buttons=reply_markup(_buttons(begun, language)),
        kind="approval",
        key=_key(begun.session_id),
        user_id=owner.id,
        not_after=until,
    )


def _buttons(begun: Begun, language: str) -> list[list[Button]]:
    """The numbers in random order, so that the right one has no place of its own."""
    others = [one for one in range(_SMALLEST, _LARGEST + 1) if one != begun.match_number]
    dice = secrets.SystemRandom()
    numbers = [begun.match_number, *dice.sample(others, _CHOICES - 1)]
    dice.shuffle(numbers)
    short = begun.session_id.hex
    return [
        [Button(str(number), data=f"{PICK}:{short}:{number}") for number in numbers],
        [Button(text("bot.approval_not_me.title", language), data=f"{NOT_ME}:{short}")],
        [Button(text("bot.approval_block.title", language), data=f"{BLOCK}:{short}")],
    ]
