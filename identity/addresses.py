"""E-mail addresses as people write them, brought to one form."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from core.problems import FieldError, Problem


def normalised(email: str, *, field: str = "email") -> str:
    """The address in ASCII (a domain in IDNA) and lower case: one for each mailbox, as far as can
    be known without asking its server. Raises Problem (400) that names the field:
    `email_invalid`."""
    found = mailbox(email)
    if found is None:
        fault = FieldError(field, "email_invalid", {})
        raise Problem("validation_failed", 400, errors=(fault,))
    return found


def mailbox(email: str) -> str | None:
    """The same; None for what is no address."""
    try:
        valid = validate_email(email, check_deliverability=False, allow_smtputf8=False)
    except (EmailNotValidError, ValueError):
        return None
    return (valid.ascii_email or valid.normalized).lower()


def masked(email: str) -> str:
    """Enough of an address to know one's own: `a•••@example.com`."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}•••@{domain}"
