"""The instruments that the sandbox lists, with steps, limits and starting prices of their kind.

Rows: base, price, lot step, tick, largest market order, greatest leverage. Prices are plausible
starting points and mean nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

_LINEAR = """
BTC 64000 0.001 0.1 150 100
ETH 3100 0.01 0.01 2000 100
SOL 152.4 0.1 0.01 20000 75
XRP 0.5312 0.1 0.0001 1500000 75
DOGE 0.12345 1 0.00001 8000000 75
ADA 0.4521 1 0.0001 2500000 75
AVAX 28.45 0.1 0.001 60000 50
LINK 14.21 0.1 0.001 120000 50
DOT 6.312 0.1 0.001 250000 50
LTC 71.35 0.1 0.01 20000 50
BCH 402.7 0.01 0.05 3000 50
BNB 581.3 0.01 0.05 4000 75
TRX 0.13742 1 0.00001 8000000 50
ATOM 6.812 0.1 0.001 150000 50
NEAR 5.412 0.1 0.001 250000 50
APT 7.214 0.01 0.001 100000 50
ARB 0.7412 0.1 0.0001 1500000 50
OP 1.7123 0.1 0.0001 700000 50
SUI 1.0241 10 0.0001 2000000 50
SEI 0.3612 1 0.0001 2000000 50
TIA 6.112 0.1 0.001 200000 50
INJ 24.12 0.1 0.005 40000 50
FIL 4.213 0.1 0.001 200000 50
ETC 22.14 0.1 0.001 50000 50
UNI 7.812 0.1 0.001 120000 50
AAVE 94.31 0.01 0.01 8000 50
MKR 2512 0.001 0.1 300 25
LDO 1.812 0.1 0.0001 400000 50
CRV 0.3012 0.1 0.0001 2000000 50
SNX 1.9123 0.1 0.0001 300000 25
GRT 0.21234 0.1 0.00001 3000000 25
SAND 0.31234 1 0.00001 2000000 25
MANA 0.3312 0.1 0.0001 2000000 25
GALA 0.02412 1 0.00001 30000000 25
APE 1.0312 0.1 0.0001 800000 25
AXS 6.012 0.1 0.001 120000 25
IMX 1.5123 0.1 0.0001 500000 25
FTM 0.5312 1 0.0001 1500000 25
ALGO 0.14123 0.1 0.0001 4000000 25
XLM 0.09812 1 0.00001 8000000 25
HBAR 0.07512 1 0.00001 20000 25
VET 0.02512 1 0.00001 20000000 25
ICP 8.912 0.1 0.001 80000 25
EOS 0.5712 0.1 0.001 1500000 25
XTZ 0.8123 0.1 0.001 800000 25
THETA 1.5123 0.1 0.0001 400000 25
RUNE 4.212 0.1 0.001 150000 25
DYDX 1.4123 0.1 0.001 500000 25
GMX 27.34 0.01 0.01 15000 25
ENS 21.12 0.1 0.001 30000 25
WLD 2.412 0.1 0.0001 400000 50
PEPE 0.0000112 100 0.0000000001 40000000000 50
1000BONK 0.02612 100 0.000001 40000000 50
1000FLOKI 0.17123 1 0.00001 6000000 25
SHIB1000 0.018123 10 0.000001 40000000 50
WIF 2.1123 1 0.0001 500000 50
JUP 0.8912 1 0.0001 1000000 50
PYTH 0.3312 1 0.0001 2000000 25
STRK 0.6812 0.1 0.0001 1000000 25
ORDI 38.12 0.01 0.001 15000 25
STX 1.7123 0.1 0.0001 400000 25
TON 6.9123 0.1 0.0001 100000 50
"""
_LINEAR_USDC = """
BTC 64010 0.001 0.1 80 100
ETH 3101 0.01 0.01 900 100
SOL 152.5 0.1 0.01 6000 50
XRP 0.5313 1 0.0001 300000 25
"""
_INVERSE = """
BTC 64000 1 0.1 1000000 100
ETH 3100 1 0.05 1000000 100
XRP 0.5312 1 0.0001 300000 50
SOL 152.4 1 0.01 200000 50
LTC 71.35 1 0.01 200000 50
EOS 0.5712 1 0.001 100000 25
"""
_SPOT = """
BTC 64000 0.000001 0.01
ETH 3100 0.00001 0.01
SOL 152.4 0.001 0.01
XRP 0.5312 0.01 0.0001
DOGE 0.12345 0.1 0.00001
ADA 0.4521 0.01 0.0001
AVAX 28.45 0.001 0.01
LINK 14.21 0.001 0.001
DOT 6.312 0.001 0.001
LTC 71.35 0.00001 0.01
BCH 402.7 0.0001 0.1
BNB 581.3 0.0001 0.1
TRX 0.13742 0.01 0.00001
ATOM 6.812 0.001 0.001
NEAR 5.412 0.01 0.001
APT 7.214 0.01 0.001
ARB 0.7412 0.01 0.0001
OP 1.7123 0.01 0.0001
SUI 1.0241 0.01 0.0001
SEI 0.3612 0.1 0.0001
TIA 6.112 0.01 0.001
INJ 24.12 0.01 0.01
FIL 4.213 0.001 0.001
ETC 22.14 0.001 0.01
UNI 7.812 0.001 0.001
AAVE 94.31 0.0001 0.01
LDO 1.812 0.01 0.0001
CRV 0.3012 0.01 0.0001
SAND 0.31234 0.01 0.0001
MANA 0.3312 0.01 0.0001
SHIB 0.000018123 1 0.00000001
PEPE 0.0000112 1 0.0000000001
WLD 2.412 0.01 0.001
TON 6.9123 0.01 0.001
"""
_SPOT_USDC = """
BTC 64005 0.000001 0.01
ETH 3100.5 0.00001 0.01
"""
# Most are funded every eight hours, some more often.
_FUNDING_MINUTES = {"WIF": 240, "ORDI": 240, "STRK": 240, "1000BONK": 240, "TON": 60}


@dataclass(slots=True)
class Listing:
    """One instrument, changeable over the control API."""

    category: str
    symbol: str
    base: str
    quote: str
    settle: str
    price: Decimal
    lot_step: Decimal
    tick: Decimal
    min_qty: Decimal
    max_qty: Decimal
    max_market_qty: Decimal
    min_notional: Decimal
    max_leverage: Decimal
    status: str = "Trading"
    funding_minutes: int = 480
    taker: Decimal = field(default=Decimal("0.00055"))
    maker: Decimal = field(default=Decimal("0.0002"))

    @property
    def ask(self) -> Decimal:
        """A buy at once trades one tick above the last price."""
        return self.price + self.tick

    @property
    def bid(self) -> Decimal:
        return max(self.tick, self.price - self.tick)

    def notional(self, qty: Decimal, price: Decimal) -> Decimal:
        """Worth in quote currency."""
        return qty if self.category == "inverse" else qty * price


def _derivative(category: str, quote: str, suffix: str, row: str) -> Listing:
    base, price, step, tick, most, leverage = row.split()
    inverse = category == "inverse"
    return Listing(
        category=category,
        symbol=f"{base}{suffix}",
        base=base,
        quote=quote,
        settle=base if inverse else quote,
        price=Decimal(price),
        lot_step=Decimal(step),
        tick=Decimal(tick),
        min_qty=Decimal(step),
        max_qty=Decimal(most) * 5,
        max_market_qty=Decimal(most),
        min_notional=Decimal(0) if inverse else Decimal(5),
        max_leverage=Decimal(leverage),
        funding_minutes=_FUNDING_MINUTES.get(base, 480),
    )


def _spot(quote: str, row: str) -> Listing:
    base, price, step, tick = row.split()
    most = (Decimal(1_000_000) / Decimal(price)).quantize(Decimal(1)) + 1
    return Listing(
        category="spot",
        symbol=f"{base}{quote}",
        base=base,
        quote=quote,
        settle=quote,
        price=Decimal(price),
        lot_step=Decimal(step),
        tick=Decimal(tick),
        min_qty=Decimal(step),
        max_qty=most * 4,
        max_market_qty=most,
        min_notional=Decimal(5),
        max_leverage=Decimal(1),
        taker=Decimal("0.001"),
        maker=Decimal("0.001"),
    )


def listings() -> dict[tuple[str, str], Listing]:
    """Everything the sandbox lists at its start, by (category, symbol)."""
    found: list[Listing] = []
    found += [_derivative("linear", "USDT", "USDT", row) for row in _LINEAR.split("\n") if row]
    found += [_derivative("linear", "USDC", "PERP", row) for row in _LINEAR_USDC.split("\n") if row]
    found += [_derivative("inverse", "USD", "USD", row) for row in _INVERSE.split("\n") if row]
    found += [_spot("USDT", row) for row in _SPOT.split("\n") if row]
    found += [_spot("USDC", row) for row in _SPOT_USDC.split("\n") if row]
    return {(listing.category, listing.symbol): listing for listing in found}
