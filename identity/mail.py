"""Hand a mail in to a mail server (SMTP), over TLS whose certificate is checked."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr

from core import clock
from core.addresses import MailServerAddress
from identity.letters import Letter

_TIMEOUT = 10.0


class MailRefused(Exception):
    """The server will never take this mail: nobody is there, or it wants none of ours."""


class MailNotTaken(Exception):
    """The server is away, busy, or doesn't let us in; whether it took the mail may be unknown."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and who sends it: `Ebb <no-reply@example.com>`."""

    address: MailServerAddress
    sender: str

    def send(self, letter: Letter) -> None:
        """Returns once the server took it. Raises MailRefused, MailNotTaken."""
        try:
            with self._connected() as server:
                server.send_message(self._message(letter))
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            raise _failure(max(codes)) from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
            raise _failure(refused.smtp_code) from None
        except (smtplib.SMTPException, OSError) as error:
            # Their texts may tell the address.
            raise MailNotTaken(type(error).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        at, context, own = self.address, ssl.create_default_context(), self._domain()
        if at.tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                at.host, at.port, own, timeout=_TIMEOUT, context=context
            )
        else:
            server = smtplib.SMTP(at.host, at.port, own, timeout=_TIMEOUT)
        try:
            if at.tls == "starttls":
                server.starttls(context=context)
            if at.user is not None:
                server.login(at.user, at.password or "")
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(clock.utcnow())
        message["Message-ID"] = make_msgid(domain=self._domain())
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message

    def _domain(self) -> str:
        """How we greet: the library would ask the network for this machine's name."""
        return parseaddr(self.sender)[1].partition("@")[2]


def _failure(code: int) -> MailRefused | MailNotTaken:
    """5xx is for good, 4xx for now (RFC 5321, 4.2.1)."""
    kind = MailRefused if code >= 500 else MailNotTaken
    return kind(f"answer {code}")
