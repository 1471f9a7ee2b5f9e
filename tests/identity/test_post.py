"""A mail that is owed is sent, whatever its server does meanwhile."""

from __future__ import annotations

import itertools
import time

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.addresses import MailServerAddress
from core.clock import utcnow
from identity.letters import Letter, letter
from identity.mail import MailNotTaken, MailRefused, MailServer
from identity.passwords import Passwords
from identity.post import MOST_TRIES, forget_outlived
from identity.registration import register
from models import mails
from models.mails import Mail, MailKind
from tests.mailbox import PUBLIC, SENDER, Mailbox, Worker

_numbers = itertools.count(time.time_ns() // 1000)


@pytest.fixture
def owed(session: Session) -> str:
    """An address to which a mail is owed."""
    email = f"p{next(_numbers)}@ebb-test.example"
    mails.owe(session, MailKind.PASSWORD_CHANGED, email, "en")
    session.commit()
    return email


def left(session: Session, email: str) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Mail.email == email)) or 0


def why_dead(session: Session, email: str) -> str | None:
    session.rollback()
    return session.scalars(select(Mail.dead_why).where(Mail.email == email)).one()


def test_a_mail_is_sent_once_and_its_row_goes(
    owed: str, mail_worker: Worker, mailbox: Mailbox, session: Session
) -> None:
    mail_worker.send_all()
    mail_worker.send_all()
    (mail,) = mailbox.to(owed)
    assert mail["sender"] == SENDER
    assert mail["subject"] == "Your password was changed"
    assert owed in mail["text"]
    assert PUBLIC in mail["html"]
    assert left(session, owed) == 0


def test_a_mail_that_is_not_taken_is_sent_again_after_a_growing_wait(
    owed: str, mail_worker: Worker, mailbox: Mailbox, session: Session
) -> None:
    mailbox.fail(to=owed, count=2)
    waits = []
    for _ in range(2):
        mail_worker.send_all()
        assert mailbox.to(owed) == []
        session.rollback()
        due_at = session.scalars(select(Mail.due_at).where(Mail.email == owed)).one()
        waits.append(round((due_at - utcnow()).total_seconds() / 10) * 10)
        mail_worker.let_waits_pass(owed)
    assert waits == [30, 60]
    mail_worker.send_all()
    assert len(mailbox.to(owed)) == 1
    assert left(session, owed) == 0


def test_a_mail_whose_answer_was_lost_is_sent_again_with_the_same_link(
    mail_worker: Worker, mailbox: Mailbox, session: Session
) -> None:
    email = f"p{next(_numbers)}@ebb-test.example"
    register(
        session,
        Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        email=email,
        password="a brook under nine lanterns",
        first_name="",
        language="en",
    )
    session.commit()
    mailbox.fail(to=email, drop=True)
    mail_worker.send_all()
    first = mailbox.token(email)
    mail_worker.let_waits_pass(email)
    mail_worker.send_all()
    assert len(mailbox.to(email)) == 2
    assert mailbox.token(email) == first


@pytest.mark.parametrize("at", ["rcpt", "data"])
def test_a_mail_that_is_refused_for_good_is_not_sent_again(
    owed: str, mail_worker: Worker, mailbox: Mailbox, session: Session, at: str
) -> None:
    mailbox.fail(to=owed, answer="550 5.1.1 nobody here", at=at)
    mail_worker.send_all()
    mail_worker.let_waits_pass(owed)
    mail_worker.send_all()
    assert (mailbox.to(owed), why_dead(session, owed)) == ([], "answer 550")


def test_tries_have_an_end(
    owed: str, mail_worker: Worker, mailbox: Mailbox, session: Session
) -> None:
    mailbox.fail(to=owed, count=2)
    for tries, why in ((MOST_TRIES - 2, None), (MOST_TRIES - 1, "answer 451")):
        session.execute(update(Mail).where(Mail.email == owed).values(tries=tries))
        session.commit()
        mail_worker.let_waits_pass(owed)
        mail_worker.send_all()
        assert why_dead(session, owed) == why
    mail_worker.let_waits_pass(owed)
    mail_worker.send_all()
    assert mailbox.to(owed) == []


@pytest.mark.parametrize("is_dead", [False, True])
def test_what_nobody_sent_for_days_is_forgotten(
    owed: str, mail_worker: Worker, session: Session, is_dead: bool
) -> None:
    if is_dead:
        mails.bury(session, session.scalars(select(Mail.id).where(Mail.email == owed)).one(), "x")
        session.commit()
    forget_outlived(mail_worker.post.sessions)
    assert left(session, owed) == 1
    mail = session.scalars(select(Mail).where(Mail.email == owed)).one()
    mail.created_at = mail.created_at.replace(year=2020)
    session.commit()
    forget_outlived(mail_worker.post.sessions)
    assert left(session, owed) == 0


@pytest.fixture
def note() -> Letter:
    return letter("forgot", "a@ebb-test.example", "ru", link="https://x/?a&b", public_url=PUBLIC)


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_a_server_without_tls_gets_nothing_where_tls_is_wanted(
    mailbox: Mailbox, note: Letter, scheme: str
) -> None:
    url = mailbox.smtp_url.replace("smtp://", f"{scheme}://")
    with pytest.raises(MailNotTaken):
        MailServer(MailServerAddress.parse(url), SENDER).send(note)
    assert mailbox.to(note.to) == []


def test_a_refused_recipient_is_told_from_a_busy_server(mailbox: Mailbox, note: Letter) -> None:
    server = MailServer(MailServerAddress.parse(mailbox.smtp_url), SENDER)
    for answer, raised in (("451 4.3.0 busy", MailNotTaken), ("553 5.1.3 no", MailRefused)):
        mailbox.fail(to=note.to, answer=answer, at="rcpt")
        with pytest.raises(raised):
            server.send(note)


def test_what_stands_in_a_letter_is_text(note: Letter) -> None:
    assert "https://x/?a&b" in note.text.splitlines()
    assert 'href="https://x/?a&amp;b"' in note.html
    hostile = letter("forgot", "<b>@x", "en", link=None, public_url=PUBLIC)
    assert "<b>" not in hostile.html
