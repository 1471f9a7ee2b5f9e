"""Numbers in a chat look as they do on the app's receipt (webapp/src/shared/money/format.ts)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.figures import coins, money, number, signed


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (number(Decimal("1234567.8900"), "en"), "1,234,567.89"),
        (number(Decimal("-12345.5"), "ru"), "\u221212\u00a0345,5"),
        (money(Decimal("640.125"), "en"), "640.13"),
        (money(Decimal("999.999"), "ru"), "1\u00a0000,00"),
        (signed(Decimal("12"), "en"), "+12.00"),
        (signed(Decimal("-0.5"), "ru"), "\u22120,50"),
        (coins({"USDT": "0.3467", "BTC": "0.000012345678"}, "en"), "0.35 USDT · 0.00001235 BTC"),
        (coins({"USDT": "0.00345", "USDC": "0"}, "ru", plus=True), "+0,0035 USDT · 0,00 USDC"),
        (coins({}, "en"), "—"),
    ],
)
def test_a_number_is_shown_as_in_the_app(shown: str, expected: str) -> None:
    assert shown == expected
