"""The Bybit gateway over pybit: requests, typed answers, error classes, instrument cache."""
