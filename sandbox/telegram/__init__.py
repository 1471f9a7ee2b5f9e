"""A stand-in for Telegram's Bot API over real HTTP, with the people who talk to its bots."""
