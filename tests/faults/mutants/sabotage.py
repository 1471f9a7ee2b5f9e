"""A sabotage of one line, done to a copy of the checkout and never to the checkout itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from devstack.paths import ROOT


@dataclass(frozen=True)
class Mutant:
    """`old` stands exactly once in `path` and becomes `new`; one of `checks` must then fail."""

    name: str
    breaks: str
    """The promise of design §4 that the sabotage takes away."""
    path: str
    old: str
    new: str
    checks: tuple[str, ...]
    """Node ids, as pytest takes them."""


def sabotaged(source: str, mutant: Mutant) -> str:
    """The source with the mutant's line in it. Raises AssertionError where the line has changed:
    a list of sabotages that no longer apply would prove nothing."""
    count = source.count(mutant.old)
    assert count == 1, f"{mutant.name}: {mutant.path} has {count} times {mutant.old!r}"
    made = source.replace(mutant.old, mutant.new)
    compile(made, mutant.path, "exec")
    return made


def copy_of_the_checkout(folder: Path) -> Path:
    """Every file that is committed or is to be, as it is now, in a new folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    for name in filter(None, os.fsdecode(listed).split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def apply(mutant: Mutant, copy: Path) -> None:
    """Write the sabotage into the copy."""
    assert copy != ROOT
    target = copy / mutant.path
    target.write_text(sabotaged(target.read_text(), mutant))
