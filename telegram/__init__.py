"""Telegram: initData validation."""
