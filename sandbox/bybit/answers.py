"""What the exchange's answers look like: fields and types as documented and recorded."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sandbox.bybit import funding, liquidation
from sandbox.bybit.account import (
    STABLE,
    ZERO,
    Account,
    Execution,
    Listings,
    Order,
    Position,
    usd_price,
)
from sandbox.bybit.catalogue import Listing
from sandbox.bybit.liquidation import MAINTENANCE, MAX_PRICE

Row = dict[str, Any]
LAUNCH_MS = 1_585_526_400_000


def num(value: Decimal) -> str:
    """Plain text of a number, as the exchange writes it."""
    if not value:
        return "0"
    text = format(value.quantize(Decimal("1e-12"), ROUND_HALF_EVEN) if _long(value) else value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _long(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent < -12


def _scale(listing: Listing) -> str:
    exponent = listing.tick.normalize().as_tuple().exponent
    return str(max(0, -exponent)) if isinstance(exponent, int) else "0"


def instrument(listing: Listing) -> Row:
    if listing.category == "spot":
        return {
            "symbol": listing.symbol,
            "baseCoin": listing.base,
            "quoteCoin": listing.quote,
            "innovation": "0",
            "status": listing.status,
            "marginTrading": "utaOnly",
            "stTag": "0",
            "lotSizeFilter": {
                "basePrecision": num(listing.lot_step),
                "quotePrecision": "0.0000001",
                "minOrderQty": num(listing.min_qty),
                "maxOrderQty": num(listing.max_qty),
                "minOrderAmt": num(listing.min_notional),
                "maxOrderAmt": "4000000",
                "maxLimitOrderQty": num(listing.max_qty),
                "maxMarketOrderQty": num(listing.max_market_qty),
                "postOnlyMaxLimitOrderSize": num(listing.max_qty),
            },
            "priceFilter": {"tickSize": num(listing.tick)},
            "riskParameters": {"priceLimitRatioX": "0.05", "priceLimitRatioY": "0.05"},
        }
    lot = {
        "maxOrderQty": num(listing.max_qty),
        "minOrderQty": num(listing.min_qty),
        "qtyStep": num(listing.lot_step),
        "postOnlyMaxOrderQty": num(listing.max_qty),
        "maxMktOrderQty": num(listing.max_market_qty),
        "minNotionalValue": num(listing.min_notional),
    }
    return {
        "symbol": listing.symbol,
        "contractType": "InversePerpetual" if listing.category == "inverse" else "LinearPerpetual",
        "status": listing.status,
        "baseCoin": listing.base,
        "quoteCoin": listing.quote,
        "launchTime": str(LAUNCH_MS),
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": _scale(listing),
        "leverageFilter": {
            "minLeverage": "1",
            "maxLeverage": num(listing.max_leverage),
            "leverageStep": "0.01",
        },
        "priceFilter": {
            "minPrice": num(listing.tick),
            "maxPrice": num(MAX_PRICE),
            "tickSize": num(listing.tick),
        },
        "lotSizeFilter": lot,
        "unifiedMarginTrade": True,
        "fundingInterval": listing.funding_minutes,
        "settleCoin": listing.settle,
        "copyTrading": "none",
        "upperFundingRate": "0.005",
        "lowerFundingRate": "-0.005",
        "displayName": "",
        "isPreListing": False,
        "riskParameters": {"priceLimitRatioX": "0.01", "priceLimitRatioY": "0.02"},
    }


def ticker(listing: Listing, now_ms: int) -> Row:
    price = num(listing.price)
    row = {
        "symbol": listing.symbol,
        "bid1Price": num(listing.bid),
        "bid1Size": num(listing.max_market_qty),
        "ask1Price": num(listing.ask),
        "ask1Size": num(listing.max_market_qty),
        "lastPrice": price,
        "prevPrice24h": price,
        "price24hPcnt": "0",
        "highPrice24h": price,
        "lowPrice24h": price,
        "turnover24h": "0",
        "volume24h": "0",
    }
    if listing.category == "spot":
        return row | {"usdIndexPrice": price}
    next_funding = funding.next_time(listing, now_ms)
    return row | {
        "indexPrice": price,
        "markPrice": price,
        "prevPrice1h": price,
        "openInterest": "0",
        "openInterestValue": "0",
        "fundingRate": num(funding.rate(listing, next_funding)),
        "nextFundingTime": str(next_funding),
        "predictedDeliveryPrice": "",
        "basisRate": "",
        "deliveryFeeRate": "",
        "deliveryTime": "0",
        "basis": "",
    }


def positions(account: Account, listings: Listings, rows: Iterable[Position]) -> list[Row]:
    """Several positions of one account."""
    left = liquidation.cushion(account, listings)
    return [
        _position(
            listings[held.category, held.symbol],
            held,
            liquidation.price(account, listings, held, left),
        )
        for held in rows
    ]


def _position(listing: Listing, held: Position, liquidated_at: Decimal) -> Row:
    open_now = bool(held.size)
    margin = num(held.value(listing) / held.leverage) if open_now else "0"
    maintenance = num(held.value(listing) * MAINTENANCE) if open_now else "0"
    return {
        "positionIdx": held.idx,
        "riskId": 1,
        "riskLimitValue": "2000000",
        "symbol": held.symbol,
        "side": held.side,
        "size": num(held.size),
        "avgPrice": num(held.entry),
        "positionValue": num(held.size / held.entry if _inverse(held) else held.size * held.entry)
        if open_now
        else "0",
        "tradeMode": 0,
        "positionStatus": "Normal",
        "autoAddMargin": 0,
        "adlRankIndicator": 2 if open_now else 0,
        "leverage": num(held.leverage),
        "positionBalance": margin,
        "markPrice": num(listing.price),
        "liqPrice": num(liquidated_at) if liquidated_at else "",
        "bustPrice": "",
        "positionMM": maintenance,
        "positionMMByMp": maintenance,
        "positionIM": margin,
        "positionIMByMp": margin,
        "tpslMode": "Full",
        "takeProfit": num(held.take_profit) if held.take_profit else "",
        "stopLoss": num(held.stop_loss) if held.stop_loss else "",
        "trailingStop": "0",
        "breakEvenPrice": num(held.entry),
        "sessionAvgPrice": "",
        "delta": "",
        "gamma": "",
        "vega": "",
        "theta": "",
        "unrealisedPnl": num(held.pnl(listing)) if open_now else "0",
        "curRealisedPnl": num(held.realised),
        "cumRealisedPnl": num(held.realised),
        "createdTime": str(held.created_ms),
        "updatedTime": str(held.updated_ms),
        "openTime": held.created_ms,
        "seq": held.seq,
        "isReduceOnly": False,
        "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "",
    }


def funding_rate(listing: Listing, at_ms: int) -> Row:
    return {
        "symbol": listing.symbol,
        "fundingRate": num(funding.rate(listing, at_ms)),
        "fundingRateTimestamp": str(at_ms),
    }


def _inverse(held: Position) -> bool:
    return held.category == "inverse"


def order(listing: Listing, placed: Order) -> Row:
    left = placed.qty - placed.filled if placed.is_open else ZERO
    average = num(_average(placed)) if placed.filled else ""
    return {
        "orderId": placed.order_id,
        "orderLinkId": placed.link_id,
        "parentOrderLinkId": "",
        "blockTradeId": "",
        "symbol": placed.symbol,
        "price": num(placed.price or listing.price),
        "qty": num(placed.qty),
        "side": placed.side,
        "isLeverage": "0",
        "positionIdx": placed.idx,
        "orderStatus": placed.status,
        "createType": placed.create_type,
        "cancelType": placed.cancel_type,
        "rejectReason": placed.reject_reason,
        "avgPrice": average,
        "leavesQty": num(left),
        "leavesValue": num(left * (placed.price or listing.price)),
        "cumExecQty": num(placed.filled),
        "cumExecValue": num(placed.value),
        "cumExecFee": num(placed.fee),
        "timeInForce": placed.tif,
        "orderType": placed.order_type,
        "stopOrderType": "",
        "orderIv": "",
        "marketUnit": placed.market_unit,
        "slippageToleranceType": "UNKNOWN",
        "slippageTolerance": "",
        "triggerPrice": "",
        "takeProfit": "",
        "stopLoss": "",
        "tpslMode": "",
        "ocoTriggerBy": "",
        "tpLimitPrice": "",
        "slLimitPrice": "",
        "tpTriggerBy": "",
        "slTriggerBy": "",
        "triggerDirection": 0,
        "triggerBy": "",
        "lastPriceOnCreated": num(placed.last_price),
        "basePrice": "",
        "reduceOnly": placed.reduce_only,
        "closeOnTrigger": False,
        "placeType": "",
        "smpType": "None",
        "smpGroup": 0,
        "smpOrderId": "",
        "createdTime": str(placed.created_ms),
        "updatedTime": str(placed.updated_ms),
        "extraFees": "",
        "cumFeeDetail": {},
        "rpiTakerAccess": False,
        "rpiMatchedQty": "",
    }


def _average(placed: Order) -> Decimal:
    if placed.category == "inverse":
        return placed.filled / placed.value
    return placed.value / placed.filled


def execution(done: Execution) -> Row:
    placed = done.order
    return {
        "symbol": placed.symbol,
        "orderId": placed.order_id,
        "orderLinkId": placed.link_id,
        "side": placed.side,
        "orderPrice": num(placed.price or done.price),
        "orderQty": num(placed.qty),
        "leavesQty": num(placed.qty - placed.filled),
        "createType": placed.create_type,
        "orderType": placed.order_type,
        "stopOrderType": "UNKNOWN",
        "execFee": num(done.fee),
        "execFeeV2": "",
        "execId": done.exec_id,
        "execPrice": num(done.price),
        "execQty": num(done.qty),
        "execType": "Trade",
        "execValue": num(done.value),
        "execTime": str(done.time_ms),
        "feeCurrency": done.fee_currency,
        "isMaker": False,
        "feeRate": num(done.fee_rate),
        "tradeIv": "",
        "markIv": "",
        "markPrice": num(done.mark),
        "indexPrice": "",
        "underlyingPrice": "",
        "blockTradeId": "",
        "closedSize": num(done.closed_size),
        "seq": done.seq,
        "extraFees": "",
    }


def wallet(account: Account, listings: Listings, only: set[str]) -> Row:
    coins, wallet_usd = [], ZERO
    upl: dict[str, Decimal] = {}
    margin = ZERO
    for held in account.positions.values():
        if held.size:
            listing = listings[held.category, held.symbol]
            upl[listing.settle] = upl.get(listing.settle, ZERO) + held.pnl(listing)
            margin += held.margin_usd(listing)
    upl_usd = sum((amount * usd_price(listings, coin) for coin, amount in upl.items()), ZERO)
    for coin in sorted({*account.wallet, *upl}):
        amount, price = account.wallet.get(coin, ZERO), usd_price(listings, coin)
        wallet_usd += amount * price
        if only and coin not in only:
            continue
        coins.append(_coin(account, coin, amount, upl.get(coin, ZERO), price))
    equity = wallet_usd + upl_usd
    rate = num(margin / equity) if equity > 0 else "0"
    return {
        "accountType": "UNIFIED",
        "accountLTV": "0",
        "accountIMRate": rate,
        "accountIMRateByMp": rate,
        "accountMMRate": "0",
        "accountMMRateByMp": "0",
        "totalEquity": num(equity),
        "totalWalletBalance": num(wallet_usd),
        "totalMarginBalance": num(equity),
        "totalAvailableBalance": num(equity - margin),
        "totalPerpUPL": num(upl_usd),
        "totalInitialMargin": num(margin),
        "totalInitialMarginByMp": num(margin),
        "totalMaintenanceMargin": "0",
        "totalMaintenanceMarginByMp": "0",
        "coin": coins,
    }


def _coin(account: Account, coin: str, amount: Decimal, upl: Decimal, price: Decimal) -> Row:
    return {
        "coin": coin,
        "equity": num(amount + upl),
        "usdValue": num((amount + upl) * price),
        "walletBalance": num(amount),
        "free": "",
        "locked": num(account.locked.get(coin, ZERO)),
        "spotHedgingQty": "0",
        "borrowAmount": "0",
        "spotBorrow": "0",
        "availableToBorrow": "",
        "availableToWithdraw": "",
        "accruedInterest": "0",
        "totalOrderIM": "0",
        "totalPositionIM": "0",
        "totalPositionMM": "0",
        "unrealisedPnl": num(upl),
        "cumRealisedPnl": "0",
        "bonus": "0",
        "marginCollateral": coin in (*STABLE, "BTC", "ETH"),
        "collateralSwitch": coin in (*STABLE, "BTC", "ETH"),
        "colRes": "",
    }


def key(account: Account) -> Row:
    expires = account.expired_at
    return {
        "id": str(account.uid),
        "note": "sandbox",
        "apiKey": account.api_key,
        "readOnly": 1 if account.read_only else 0,
        "secret": "",
        "permissions": account.permissions,
        "ips": account.ips or ["*"],
        "type": 1,
        "deadlineDay": 90,
        "expiredAt": expires.isoformat().replace("+00:00", "Z")
        if expires
        else "1970-01-01T00:00:00Z",
        "createdAt": "2025-01-01T00:00:00Z",
        "unified": 0,
        "uta": 1 if account.unified else 0,
        "userID": account.uid,
        "inviterID": 0,
        "vipLevel": "No VIP",
        "mktMakerLevel": "0",
        "affiliateID": 0,
        "rsaPublicKey": account.rsa_public_key,
        "isMaster": True,
        "parentUid": "0",
        "kycLevel": "LEVEL_1",
        "kycRegion": "",
        "userIDInt64": str(account.uid),
        "inviterIDInt64": "0",
        "affiliateIDInt64": "0",
    }
