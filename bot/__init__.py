"""The Telegram bot: what it answers to what people write and tap."""
