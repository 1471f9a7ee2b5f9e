"""A Chromium for the browser tests: the machine's own, or Debian's package where we may install."""

from __future__ import annotations

import os
import shutil

from devstack import debian
from devstack.paths import DevstackError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_HELP = (
    "The browser tests need Chromium: install it (Debian, Ubuntu: apt-get install chromium), or"
    " name one in EBB_CHROMIUM."
)


def find() -> str | None:
    """The path of a Chromium, if there is one."""
    named = os.environ.get("EBB_CHROMIUM")
    if named:
        return named
    return next((path for path in map(shutil.which, _NAMES) if path), None)


def ensure() -> str:
    """A Chromium, installed if need be and possible. Raises DevstackError with what to do."""
    found = find()
    if found:
        return found
    if not debian.may_install():
        raise DevstackError(_HELP)
    try:
        debian.install("chromium")
    except DevstackError as error:
        raise DevstackError(f"{error}\n{_HELP}") from None
    found = find()
    if found is None:
        raise DevstackError(_HELP)
    return found
