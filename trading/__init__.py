"""The domain: plan, execute, resolve, restore, receipts. Knows no Flask and no Dramatiq."""
