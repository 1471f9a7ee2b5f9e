"""The pages' links lead somewhere on GitHub. (That they do on the site, `make docs` shows.)"""

from __future__ import annotations

import re
from pathlib import Path

from devstack.doc_pictures import MOST_BYTES
from devstack.paths import ROOT
from tests.written import pages

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_MOST_PICTURES = 20


def test_every_link_leads_to_a_file_and_a_heading() -> None:
    broken = []
    for page in pages():
        for link in _LINK.findall(page.read_text()):
            if "://" in link or link.startswith("mailto:"):
                continue
            path, _, heading = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists() or (heading and heading not in headings(target)):
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert not broken


def headings(page: Path) -> list[str]:
    """As GitHub names them in addresses."""
    return [
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in _HEADING.findall(page.read_text())
    ]


def test_the_pictures_are_few_small_and_used() -> None:
    pictures = list((ROOT / "docs" / "pictures").glob("*.png"))
    shown = "".join(page.read_text() for page in (ROOT / "docs").glob("*.md"))
    assert 0 < len(pictures) <= _MOST_PICTURES
    for picture in pictures:
        assert picture.stat().st_size <= MOST_BYTES
        assert f"pictures/{picture.name}" in shown


def test_the_two_guides_show_the_same() -> None:
    """As many sections with as many pictures and lines of tables, in the same order."""

    def shape(name: str) -> list[str]:
        text = (ROOT / "docs" / name).read_text()
        marks = re.findall(r"^## |^\| |!\[.*?\]\(pictures/[a-z-]+(?=-)", text, re.MULTILINE)
        return [mark.rpartition("(")[2] for mark in marks]

    assert shape("guide.md") == shape("guide.ru.md")
