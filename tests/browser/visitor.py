"""Somebody who looks at everything in both schemes: what is wrong with it, and pictures of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from tests.browser import looks
from tests.browser.person import DESKTOP, PHONE, Guest
from tests.browser.telegram import Scheme

Language = Literal["ru", "en"]
Sizes = Mapping[str, tuple[int, int]]
SIZES = {"desktop": DESKTOP, "phone": PHONE}
ON_A_PHONE = {"phone": PHONE}
SCHEMES: tuple[Scheme, ...] = ("dark", "light")
SomeGuest = TypeVar("SomeGuest", bound=Guest)


@dataclass
class Visitor(Generic[SomeGuest]):
    """Pictures, where they are wanted, go to artifacts/gallery/."""

    language: Language
    person: SomeGuest

    def look(self, state: str, sizes: Sizes = SIZES) -> None:
        """Judge this state and take its pictures; ends at the last size, in light."""
        page = self.person.page
        faults: list[str] = []
        for name, (width, height) in sizes.items():
            if page.locator("dialog[open]").count():
                page.set_viewport_size({"width": width, "height": height})
            else:
                looks.grow(page, width, height)
            on_a_phone = name == "phone"
            for scheme in SCHEMES if on_a_phone or looks.DRAWING else ():
                self.person.turn(scheme)
                looks.picture(page, f"gallery/{state}-{self.language}-{name}-{scheme}")
                if on_a_phone:
                    faults += [f"{scheme}: {fault}" for fault in looks.axe(page)]
            faults += [f"{name}: {fault}" for fault in looks.overflow(page)]
        assert not faults, f"{state}\n" + "\n".join(faults)
