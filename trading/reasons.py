"""Why a leg did not fill in full: machine-readable words. Sentences: `core.texts`, `reason.*`."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    # planning
    BELOW_LOT_STEP = "below_lot_step"
    BELOW_MIN_QTY = "below_min_qty"
    BELOW_MIN_NOTIONAL = "below_min_notional"
    EXEMPT = "exempt"
    MARKET_CLOSED = "market_closed"
    INSTRUMENT_GONE = "instrument_gone"
    PRICE_UNKNOWN = "price_unknown"
    OPPOSITE_POSITION = "opposite_position"
    POSITION_MODE_CHANGED = "position_mode_changed"
    # refusals of the exchange (the words of `exchange.classify`)
    INSUFFICIENT_MARGIN = "insufficient_margin"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    POSITION_GONE = "position_gone"
    PRICE_OUT_OF_RANGE = "price_out_of_range"
    POSITION_LIMIT = "position_limit"
    REDUCE_ONLY_CONTRACT = "reduce_only_contract"
    LOT_STEP = "lot_step"
    TOO_LARGE = "too_large"
    TOO_MANY_ORDERS = "too_many_orders"
    SYMBOL_UNKNOWN = "symbol_unknown"
    API_NOT_ALLOWED = "api_not_allowed"
    EXCHANGE_REFUSED = "exchange_refused"
    LEVERAGE_REFUSED = "leverage_refused"
    # executing
    PRICE_GUARD = "price_guard"
    NO_LIQUIDITY = "no_liquidity"
    CANCELLED_BY_USER = "cancelled_by_user"
    NEVER_REACHED = "never_reached"
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    UNVERIFIED = "unverified"
    # the key
    KEY_INVALID = "key_invalid"
    KEY_PERMISSION = "key_permission"
    KEY_EXPIRED = "key_expired"
    KEY_IP_NOT_BOUND = "key_ip_not_bound"
    KEY_BANNED = "key_banned"
    KEY_REGION = "key_region"
    KEY_SIGNATURE = "key_signature"
    KEY_NOT_UNIFIED = "key_not_unified"
    KEY_REMOVED = "key_removed"
