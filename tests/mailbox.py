"""The stand-in mail server, started for tests that need one, and a worker's post."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from core.addresses import MailServerAddress
from devstack.environment import OWNER
from devstack.paths import ROOT, TEST
from devstack.test_servers import LOGS
from identity.mail import MailServer
from identity.post import Post
from models.mails import Mail
from trading.desk import Desk

PUBLIC = "http://localhost:5000"
SENDER = "Ebb <no-reply@ebb.example>"
_LINK = re.compile(r"/(?:verify|reset)#token=(\S+)")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What the server took, by its control API."""

    url: str
    smtp_url: str
    known_secrets: Callable[..., None]

    def to(self, address: str) -> list[dict[str, Any]]:
        """The latest first."""
        answer = requests.get(f"{self.url}/_control/mails", params={"to": address}, timeout=10)
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def subjects(self, address: str) -> list[str]:
        """In the order of their sending."""
        return [mail["subject"] for mail in reversed(self.to(address))]

    def token(self, address: str) -> str:
        """Of the link in the latest mail."""
        found = _LINK.search(self.to(address)[0]["text"])
        assert found, self.to(address)[0]
        self.known_secrets(found[1])
        return found[1]

    def link(self, address: str) -> str:
        """The address in the latest mail."""
        token = self.token(address)
        return next(
            word for word in self.to(address)[0]["text"].split() if word.endswith(f"#token={token}")
        )

    def fail(self, **fault: Any) -> None:
        answer = requests.post(f"{self.url}/_control/faults", json=fault, timeout=10)
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="session")
def mailbox(known_secrets: Callable[..., None]) -> Iterator[Mailbox]:
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / "sandbox-mail.log").open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "sandbox.mail"],
            cwd=ROOT,
            env={**os.environ, OWNER: str(TEST)},
            stdout=subprocess.PIPE,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    with server:
        assert server.stdout is not None
        words = server.stdout.readline().decode().split()
        yield Mailbox(words[-3], words[-1], known_secrets)
        server.terminate()


@dataclass(frozen=True, slots=True)
class Worker:
    """Sends what is owed, as the worker's thread does."""

    post: Post

    def send_all(self) -> int:
        """How many were tried."""
        tried = 0
        while self.post.send_next():
            tried += 1
        return tried

    def let_waits_pass(self, address: str) -> None:
        with self.post.sessions.begin() as session:
            session.execute(
                update(Mail).where(Mail.email == address).values(due_at=Mail.created_at)
            )


@pytest.fixture(scope="session")
def mail_worker(mailbox: Mailbox, desk: Desk, sessions: sessionmaker[Session]) -> Worker:
    server = MailServer(MailServerAddress.parse(mailbox.smtp_url), SENDER)
    return Worker(Post(sessions, desk.vault, server, PUBLIC))
