"""A stand-in Bybit v5 exchange."""
