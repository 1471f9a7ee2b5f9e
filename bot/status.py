"""`/status`: what runs, whether anything may be sent, and with which keys."""

from __future__ import annotations

from collections.abc import Sequence

from bot.context import Context
from bot.looking import Refusal
from bot.refusing import refuse
from core.texts import text
from models.jobs import Job
from models.states import ENDED_JOBS, JobState
from models.users import Account, live_accounts
from telegram.updates import Message
from trading.key_state import key_state
from trading.pause import is_paused
from trading.telling import title_text
from trading.views import JobFilter, list_jobs

_MOST = 10


def tell(context: Context, message: Message, rest: str) -> None:  # noqa: ARG001 - a handler
    user = context.user(message.from_user)
    if user is None:
        refuse(context, message, Refusal("nobody"))
        return
    language = context.language(message.from_user)
    accounts = live_accounts(context.session, user.id)
    still = [state for state in JobState if state not in ENDED_JOBS]
    jobs = list_jobs(context.session, user.id, JobFilter(states=still), limit=_MOST)
    paused = is_paused(context.session)
    lines = [
        *_accounts(accounts, language),
        "",
        *_jobs(jobs, {account.id: account.label for account in accounts}, language),
        "",
        text("bot.status_paused" if paused else "bot.status_on", language),
    ]
    context.say(
        message.chat_id,
        "\n".join(lines),
        context.open_app(language),
        kind="status",
        key=f"status:{context.update}",
    )


def _accounts(accounts: Sequence[Account], language: str) -> list[str]:
    if not accounts:
        return [text("bot.status_no_accounts", language)]
    return [text("bot.status_accounts.title", language)] + [
        text(
            "bot.status_default_account" if account.is_default else "bot.status_account",
            language,
            {
                "label": account.label,
                "tail": account.api_key_tail,
                "environment": account.environment,
                "state": text(f"bot.key_{key_state(account)}.title", language),
            },
        )
        for account in accounts[:_MOST]
    ]


def _jobs(jobs: Sequence[Job], labels: dict[object, str], language: str) -> list[str]:
    if not jobs:
        return [text("bot.status_no_jobs", language)]
    lines = [text("bot.status_jobs.title", language)]
    for job in jobs:
        parts = [
            title_text(job, language),
            labels.get(job.account_id, ""),
            text(f"bot.market_{job.market_type}.title", language),
            text(f"bot.job_{job.state}.title", language),
        ]
        lines.append("• " + " · ".join(part for part in parts if part))
    return lines
