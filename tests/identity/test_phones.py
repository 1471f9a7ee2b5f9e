"""How telephone numbers are written and shown."""

from __future__ import annotations

import pytest

from identity.phones import masked, normalised


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+79123456789", "+79123456789"),
        ("+7 (912) 345-67-89", "+79123456789"),
        ("+1 202.555.0100", "+12025550100"),
        ("+7\u00a0912\u202f345‑67‑89", "+79123456789"),
        ("89123456789", None),
        ("79123456789", None),
        ("+0123456789", None),
        ("+7912", None),
        ("+7912345678901234", None),
        ("+7912345678x", None),
        ("+٧٩١٢٣٤٥٦٧٨٩", None),
        ("", None),
    ],
)
def test_a_number_has_its_country_code_and_one_form(written: str, number: str | None) -> None:
    assert normalised(written) == number


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+79123456745", "+7 ··· 45"),
        ("+12025550100", "+1 ··· 00"),
        ("+442071838750", "+44 ··· 50"),
        ("+375291234567", "+375 ··· 67"),
        ("+88812345678", "+888 ··· 78"),
    ],
)
def test_only_the_country_and_the_end_of_a_number_are_shown(number: str, shown: str) -> None:
    assert masked(number) == shown
