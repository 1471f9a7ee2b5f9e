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
    """Every file that is committed or is to be, as it is now, in a new folder. They are links, each
    beside what Python compiled of it: to compile all anew would be most of a short run."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    # In the middle of a merge a name stands there more than once.
    for name in sorted(set(filter(None, os.fsdecode(listed).split("\0")))):
        source = ROOT / name
        if source.is_file():
            _link(source, folder / name)
            for compiled in source.parent.glob(f"__pycache__/{source.stem}.*.pyc"):
                _link(compiled, (folder / name).parent / "__pycache__" / compiled.name)
    return folder


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:
        # Another file system. The time stays: what was compiled is good for that of its source.
        shutil.copy2(source, target)


def apply(mutant: Mutant, copy: Path) -> None:
    """Write the sabotage into the copy."""
    assert copy != ROOT
    target = copy / mutant.path
    made = sabotaged(target.read_text(), mutant)
    # Not written into: it may be a link to the checkout's own.
    target.unlink()
    target.write_text(made)
