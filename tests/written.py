"""The commands that the README and the docs show, and what is said of each block of them.

A block of shell commands or of SQL has a mark, a comment right before it that readers don't see:

    <!-- commands: run -->                          tests/live/test_docs.py runs it on a live stack;
                                                    the blocks of a page are one script
    <!-- commands: run by tests/live/test_x.py -->  that test runs what it shows: it takes its
                                                    blocks by `run_by`, or names each command
    <!-- commands: not run, WHY -->                 it can't be run here
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devstack.paths import ROOT

_SHELL = ("sh", "bash", "shell", "console")
_SQL = "sql"
_FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<language>\S*)")
_MARK = re.compile(r"^ *<!-- commands: (?P<said>.+) -->$")
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


@dataclass(frozen=True, slots=True)
class Block:
    """Commands of a page in `language`; `said` is what its mark says, None without one."""

    page: Path
    line: int
    language: str
    commands: str
    said: str | None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def is_run_here(self) -> bool:
        return self.said == "run"

    @property
    def is_sql(self) -> bool:
        return self.language == _SQL

    def lines(self) -> list[str]:
        """Its commands of a shell without comments, one a line however they are written."""
        whole = self.commands.replace("\\\n", " ")
        bare = (re.sub(r"(^|\s)#.*", "", line).strip() for line in whole.splitlines())
        return [line for line in bare if line]

    @property
    def test(self) -> str | None:
        """The test that runs it, if one is named."""
        return (
            self.said.removeprefix("run by ") if (self.said or "").startswith("run by ") else None
        )

    @property
    def reason(self) -> str | None:
        """Why it is not run, if that is said."""
        return (
            self.said.removeprefix("not run, ")
            if (self.said or "").startswith("not run, ")
            else None
        )


def pages() -> list[Path]:
    """README, changelog and every page of the docs."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> list[Block]:
    """The page's blocks of commands."""
    return [
        Block(page, line, language, text, said)
        for line, language, text, said in _fenced(page.read_text())
        if language in (*_SHELL, _SQL)
    ]


def run_by(test: str) -> list[Block]:
    """The blocks whose marks name this file of tests, in the order of the pages: `__file__`, so
    that a test which takes its blocks here can't leave one out."""
    name = str(Path(test).relative_to(ROOT))
    return [block for page in pages() for block in blocks(page) if block.test == name]


def inline(page: Path) -> list[str]:
    """What the page's sentences show as code."""
    text = page.read_text()
    for _, _, fenced, _ in _fenced(text):
        text = text.replace(fenced, "")
    return _INLINE.findall(text)


def _fenced(text: str) -> Iterator[tuple[int, str, str, str | None]]:
    """Line, language, content and mark of each fenced block."""
    lines = iter(enumerate(text.splitlines(), start=1))
    said: str | None = None
    for number, line in lines:
        begun = _FENCE.match(line)
        if begun is None:
            marked = _MARK.match(line)
            said = marked["said"] if marked else said if not line.strip() else None
            continue
        end = begun["indent"] + begun["ticks"]
        content: list[str] = []
        for _, inner in lines:
            if inner.rstrip() == end:
                break
            content.append(inner.removeprefix(begun["indent"]))
        yield number, begun["language"], "\n".join([*content, ""]), said
        said = None
