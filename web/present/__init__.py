"""Domain values as the API's answers, with reasons told in the reader's language."""

from web.present.audit import audit_entries
from web.present.books import Owed, book, exposure, snapshot
from web.present.community import broadcast, broadcasts, signal, signals
from web.present.jobs import job, job_summary
from web.present.operations import any_job, job_story, sending
from web.present.people import account, email, notice, session, settings
from web.present.plans import plan

__all__ = [
    "Owed",
    "account",
    "any_job",
    "audit_entries",
    "book",
    "broadcast",
    "broadcasts",
    "email",
    "exposure",
    "job",
    "job_story",
    "job_summary",
    "notice",
    "plan",
    "sending",
    "session",
    "settings",
    "signal",
    "signals",
    "snapshot",
]
