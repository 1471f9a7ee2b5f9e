"""Keep bots and chats across restarts: one file, written whole and put in place at once."""

from __future__ import annotations

import pickle
from pathlib import Path

from sandbox.telegram.world import World

_FORMAT = 1


def save(world: World, file: Path) -> None:
    """Write the state; a crash in between leaves the old file whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".tmp")
    temporary.touch(mode=0o600)
    temporary.write_bytes(pickle.dumps({"format": _FORMAT, "bots": world.bots}))
    temporary.replace(file)


def load(world: World, file: Path) -> None:
    """Read the state back, if there is one. The file is our own: nobody else writes it."""
    if not file.exists():
        return
    state = pickle.loads(file.read_bytes())  # noqa: S301 - written by `save` beside the checkout
    if state.get("format") != _FORMAT:
        return
    world.bots = state["bots"]
    for bot in world.bots.values():
        # By a clock that starts anew with the machine.
        bot.sent.clear()
