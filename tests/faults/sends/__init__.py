"""Workers are killed while a bot owes messages: none may be lost or said twice, but for those of
which nobody can know, and these must be marked so.

`python -m tests.faults.sends --help`; the tests run a short one. Telegram's stand-in is the only
part that is never struck: its ledger is the truth.
"""
