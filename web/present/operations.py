"""What operators are told."""

from __future__ import annotations

from collections.abc import Sequence

from core.texts import text
from models.job_events import Happened
from models.operations import Switch
from models.users import User
from trading.operations.all_jobs import Whose
from trading.operations.timeline import Entry
from trading.telling import error_text
from trading.views import JobView
from web.present.jobs import job as shown_job
from web.problems import language
from web.schemas.audit import SendingOut
from web.schemas.jobs import JobOut
from web.schemas.operations import AnyJob, JobStory, PersonOut, TimelineEntry


def sending(found: Switch | None) -> SendingOut:
    """The operator's switch; None: it was never moved."""
    return SendingOut(
        paused=found is not None and found.is_on,
        note=found.note if found else "",
        changed_at=found and found.changed_at,
        changed_by=found and found.changed_by,
    )


def any_job(found: Whose) -> AnyJob:
    job = found.job
    return AnyJob(
        id=job.id,
        kind=job.kind,
        market_type=job.market_type,
        state=job.state,
        percent=job.percent,
        person=_person(found.user),
        account_id=job.account_id,
        environment=found.account.environment,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        not_before=job.not_before,
        wait_reason=job.wait_reason,
        error_code=job.error_code,
        error_text=job.error_code and error_text(job.error_code, language()),
        lease_owner=job.lease_owner,
        lease_epoch=job.lease_epoch,
        cancel_requested=job.cancel_requested,
    )


def job_story(found: Whose, view: JobView, entries: Sequence[Entry]) -> JobStory:
    shown = shown_job(view)
    return JobStory(
        job=any_job(found),
        progress=shown.progress,
        legs=shown.legs,
        timeline=[_entry(one, shown) for one in entries],
        trimmed=found.job.trimmed_at is not None,
    )


def _entry(one: Entry, job: JobOut) -> TimelineEntry:
    return TimelineEntry(
        at=one.at,
        kind=one.kind,
        leg=one.leg and one.leg.seq,
        symbol=one.leg and one.leg.symbol,
        attempt=one.attempt and one.attempt.n,
        order_link_id=one.attempt and one.attempt.order_link_id,
        facts=dict(one.facts),
        text=_sentence(one, job),
    )


def _sentence(one: Entry, job: JobOut) -> str | None:
    """Why, where a word of ours says it."""
    if one.kind == "verified":
        return job.verification.text if job.verification else None
    if one.kind == Happened.ENDED:
        code = one.facts.get("code")
        return None if code is None else error_text(code, language())
    reason = one.facts.get("reason")
    if reason is None:
        return None
    key = f"{'wait' if one.kind == Happened.GIVEN_BACK else 'reason'}.{reason}"
    said = text(key, language())
    return None if said == key else said


def _person(user: User) -> PersonOut:
    """Two letters of a name tell people of one screen apart, and nobody who they are."""
    name = user.first_name.strip()
    return PersonOut(id=user.id, role=user.role, name=f"{name[:2]}…" if name else "")
