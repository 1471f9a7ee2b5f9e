"""At which price the exchange would take a position over: where the account's equity no longer
covers its maintenance margin, if this price moves and the others stand still.

Source: the exchange's page "position/list": empty where no price of the symbol would do it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from sandbox.bybit.account import ZERO, Account, Listings, Position, usd_price

MAINTENANCE = Decimal("0.005")
MAX_PRICE = Decimal("1999999.8")


def cushion(account: Account, listings: Listings) -> Decimal:
    """Dollars that the account may lose before it is taken over."""
    left = ZERO
    for coin, amount in account.wallet.items():
        left += amount * usd_price(listings, coin)
    for held in account.positions.values():
        if held.size:
            listing = listings[held.category, held.symbol]
            left += held.pnl(listing) * usd_price(listings, listing.settle)
            left -= listing.notional(held.size, listing.price) * MAINTENANCE
    return left


def price(account: Account, listings: Listings, held: Position, left: Decimal) -> Decimal:
    """The liquidation price on the tick; zero where there is none. `left` is the cushion."""
    if not held.size:
        return ZERO
    listing = listings[held.category, held.symbol]
    direction = 1 if held.side == "Buy" else -1
    if held.category == "inverse":
        # Worth and margin are in the coin, and the coin's own worth moves with the price.
        slope = account.wallet.get(listing.settle, ZERO) + direction * held.size / held.entry
    else:
        slope = held.size * (direction - MAINTENANCE)
    if slope * direction <= 0:
        return ZERO
    found = listing.price - left / slope
    if not listing.tick < found < MAX_PRICE:
        return ZERO
    return (found / listing.tick).quantize(Decimal(1), ROUND_HALF_EVEN) * listing.tick
