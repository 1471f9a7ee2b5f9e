"""Mails as people read them: plain text, and the same as simple HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from core.texts import text


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, ready to be sent. Its text may hold a link that opens something."""

    to: str
    subject: str
    text: str
    html: str


def letter(kind: str, to: str, language: str, *, link: str | None, public_url: str) -> Letter:
    """The texts `mail.<kind>.…` of the catalogue, with the link on a line of its own."""
    values = {"email": to, "app": public_url}
    paragraphs = text(f"mail.{kind}.text", language, values).split("\n\n")
    before, *after = paragraphs
    closing = text("mail.closing", language, values)
    links = [link] if link else []
    plain = "\n\n".join([before, *links, *after, closing])
    button = (
        f'<p><a href="{escape(link)}">{escape(text(f"mail.{kind}.button.title", language))}</a></p>'
        if link
        else ""
    )
    body = f"<p>{escape(before)}</p>{button}" + "".join(
        f"<p>{escape(paragraph)}</p>" for paragraph in [*after, closing]
    )
    return Letter(
        to=to,
        subject=text(f"mail.{kind}.title", language),
        text=f"{plain}\n",
        html=f'<!doctype html><html lang="{escape(language)}"><body>{body}</body></html>',
    )
