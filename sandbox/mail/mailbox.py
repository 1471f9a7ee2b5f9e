"""What was sent, and how the next deliveries are to fail."""

from __future__ import annotations

import email.policy
from collections import deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

_KEPT = 500
_TAKEN = "250 2.0.0 taken"


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail as it came. `text` and `html` are its parts, empty where it has none."""

    at: str
    to: list[str]
    sender: str
    subject: str
    text: str
    html: str


@dataclass(slots=True)
class Fault:
    """Answer the next `count` mails (to this address, if it is named) with this line: after the
    recipient, or after the whole mail. `drop`: take the mail and hang up without a word."""

    answer: str = "451 4.3.0 try again later"
    count: int = 1
    to: str | None = None
    at: str = "data"
    drop: bool = False


# No slots: aiosmtpd looks at every member, which Python 3.11.2 can't show of such a class.
@dataclass
class Mailbox:
    """Everybody's; the oldest mails go. Also aiosmtpd's handler."""

    mails: deque[Taken] = field(default_factory=lambda: deque(maxlen=_KEPT))
    faults: list[Fault] = field(default_factory=list)

    def to(self, address: str | None) -> list[dict[str, Any]]:
        """Mails to one address, or all; the latest first."""
        found = [mail for mail in self.mails if address is None or address in mail.to]
        return [asdict(mail) for mail in reversed(found)]

    def _fault(self, at: str, *addresses: str) -> Fault | None:
        for fault in self.faults:
            if fault.count and fault.at == at and (fault.to is None or fault.to in addresses):
                fault.count -= 1
                return fault
        return None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],  # noqa: ARG002
    ) -> str:
        fault = self._fault("rcpt", address)
        if fault is not None:
            return fault.answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 known"

    async def handle_DATA(  # noqa: N802
        self,
        server: SMTP,
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        fault = self._fault("data", *envelope.rcpt_tos)
        if fault is not None and not fault.drop:
            return fault.answer
        self.mails.append(_read(envelope))
        transport: Any = server.transport
        if fault is not None and transport is not None:
            transport.abort()
        return _TAKEN


def _read(envelope: Envelope) -> Taken:
    raw = envelope.content or b""
    content = raw.encode() if isinstance(raw, str) else raw
    message = message_from_bytes(content, EmailMessage, policy=email.policy.default)
    parts = {
        kind: part.get_content() if part is not None else ""
        for kind in ("plain", "html")
        for part in [message.get_body((kind,))]
    }
    return Taken(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        to=list(envelope.rcpt_tos),
        sender=str(message["From"] or envelope.mail_from),
        subject=str(message["Subject"] or ""),
        text=parts["plain"],
        html=parts["html"],
    )
