"""The worker's entry point: `dramatiq worker.main`. Importing it wires settings, broker, actors."""

from __future__ import annotations

import contextlib
import threading
import uuid

import dramatiq
from dramatiq.errors import BrokerConnectionError
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot import handling, sending
from community.channel import Channel
from community.schedule import pass_once
from core import telemetry
from core.announcer import Announcer
from core.logs import configure_logs, get_logger
from core.queue_names import JOBS_QUEUE, RUN_JOB_ACTOR
from core.redis_patience import quick_redis
from core.settings import UpdatesBy, load_settings
from core.siblings import join_siblings
from core.tallies import Tallies
from exchange.types import ExchangeEnvironment
from identity import approvals
from identity.mail import MailServer
from identity.post import Post, forget_outlived
from models import (
    announcing,
    bot_delivery,
    bot_questions,
    bot_updates,
    broadcasts,
    events,
    signals,
    worker_processes,
)
from models.sessions import make_engine, make_sessions
from telegram.bot_api import bot_apis
from trading.desk import Desk
from trading.execute import execute
from trading.gauges import Gauges, claim_folding, fold_counters
from trading.heartbeat import Heartbeat
from trading.key_checks import check_keys, claim_key_check
from trading.sampling import claim_sampling, remove_old_samples, sample_books
from trading.sealing import claim_sealing, seal
from trading.trimming import claim_trimming, trim
from worker.beat import beat
from worker.bot_bell import BotBell, Rings
from worker.bot_polling import BotPolling
from worker.broker import make_broker
from worker.last_words import LastWords
from worker.loaded import Loaded
from worker.metrics import MetricsPort
from worker.postman import Postman
from worker.relay import Relay
from worker.roster import Roster
from worker.shutdown import HandBack
from worker.warm import KeepWarm

settings = load_settings()
configure_logs(settings.log_level, human=settings.log_human)
telemetry.begin(settings, "worker")
log = get_logger(__name__)


# Dramatiq imports this module in each worker process after the fork, so pools are never shared.
engine = make_engine(
    settings.database_url.get_secret_value(),
    pool_size=settings.database_pool_size,
    # As long as a lease: then another worker may take over, and must not find the rows locked.
    # Not much less than that, or a busy machine would be taken for a frozen process.
    idle_seconds=max(settings.lease_seconds, 2.0),
    behind_pooler=settings.is_behind_pooler,
)
# What listens, or holds a lock, opens a connection of its own: nothing is pooled here.
direct = make_engine(settings.session_database)
sessions = make_sessions(engine)
announcing.watch(sessions, Announcer(quick_redis(settings.redis_address)).carry)
desk = Desk.from_settings(settings)
heartbeat = Heartbeat(sessions, settings.lease_seconds)


def _ring(job_id: uuid.UUID) -> None:
    run_job.send(str(job_id))


def _ring_at_once(job_id: uuid.UUID) -> None:
    # One that is lost is owed: the relay rings.
    with contextlib.suppress(RedisError, BrokerConnectionError, OSError):
        _ring(job_id)


def _ring_for_update(row_id: uuid.UUID) -> None:
    handle_update.send(str(row_id))


def _ring_for_send(send_id: uuid.UUID) -> None:
    send_message.send(str(send_id))


def _schedule() -> None:
    if claim_trimming(sessions):
        trim_jobs.send()
    if claim_sampling(sessions, settings.exposure_seconds):
        sample_exposures.send()
    if claim_sealing(sessions):
        seal_audit_log.send()
    if claim_key_check(sessions, settings.key_check_seconds):
        check_stored_keys.send()
    if claim_folding(sessions):
        fold_counts.send()


def _postmen() -> list[Postman]:
    """None where this deployment sends no mail."""
    server, sender, home = settings.mail_server, settings.mail_from, settings.public_url
    if server is None or sender is None or home is None:
        return []
    return [Postman(Post(sessions, desk.vault, MailServer(server, sender), home))]


def _metrics_port() -> list[MetricsPort]:
    """None where no port is given. What is measured is added up with the sibling processes."""
    if settings.metrics_port is None:
        return []
    join_siblings()
    gauges = Gauges(sessions, quick_redis(settings.redis_address), settings, "worker")
    token = next(iter(settings.metrics_tokens), None)
    return [MetricsPort(gauges, settings.metrics_port, token)]


hand_back = HandBack()
drained = threading.Event()
relay = Relay(
    direct,
    sessions,
    _ring,
    poll_seconds=settings.relay_seconds,
    again_seconds=settings.ring_again_seconds,
    redis=quick_redis(settings.redis_address),
    also=_schedule,
    beat=lambda: beat(settings.worker_beat_file),
    drained=drained,
)
home = ExchangeEnvironment.SANDBOX if settings.is_sandbox else ExchangeEnvironment.MAINNET
warm = KeepWarm(lambda: desk.gateways.keep_warm(home), settings.instruments_ttl_seconds / 3)
bots = bot_apis(settings.bot_tokens, settings.telegram_api_url)
channel = Channel.from_settings(settings)
tallies = Tallies(quick_redis(settings.redis_address))
bell = BotBell(
    direct,
    sessions,
    Rings(update=_ring_for_update, send=_ring_for_send),
    poll_seconds=settings.relay_seconds,
    again_seconds=settings.ring_again_seconds,
    also=lambda: pass_once(sessions, channel),
)
polls = settings.updates_by is UpdatesBy.POLLING
polling = (BotPolling(direct, sessions, bots),) if polls else ()
postmen = _postmen()
roster = Roster(sessions, drained)
last_words = LastWords(relay, roster, bell, *postmen)
others = (warm, *polling, *_metrics_port(), last_words, hand_back, Loaded())
broker = make_broker(settings, relay, roster, bell, *postmen, *others, drained=drained)


def owner() -> str:
    """Who holds a lease: this process (`Roster.name`) and thread."""
    return f"{roster.name}:{threading.get_ident() % 1_000_000}"


@dramatiq.actor(actor_name=RUN_JOB_ACTOR, queue_name=JOBS_QUEUE)
def run_job(job_id: str) -> None:
    """Take the job as far as it goes; ring for what follows."""
    try:
        outcome = execute(
            desk,
            sessions,
            uuid.UUID(job_id),
            owner=owner(),
            stopping=hand_back.stopping,
            heartbeat=heartbeat,
        )
    except (OperationalError, PoolTimeout) as error:
        # Postgres is away, or ended a transaction of ours. The ring is owed until the job's end.
        log.warning("job.database_away", job_id=job_id, error=type(error).__name__)
        return
    if outcome.again_in is not None:
        if hand_back.stopping.is_set():
            # Given back because this process ends: whoever is left takes it at once.
            run_job.send(job_id)
        else:
            relay.nudge(outcome.again_in)
    if outcome.next_job is not None:
        run_job.send(str(outcome.next_job))


@dramatiq.actor(queue_name=JOBS_QUEUE, max_retries=0)
def handle_update(row_id: str) -> None:
    """Let the bot answer what somebody wrote or tapped."""
    try:
        handling.handle(sessions, desk, bots, tallies, uuid.UUID(row_id), ring=_ring_at_once)
    except (OperationalError, PoolTimeout) as error:
        log.warning("bot.database_away", update=row_id, error=type(error).__name__)
    # The bell knows best when a failed one is due again.
    bell.nudge(0)


@dramatiq.actor(queue_name=JOBS_QUEUE, max_retries=0)
def send_message(send_id: str) -> None:
    """Send what a bot owes to a chat."""
    try:
        again_in = sending.send(sessions, bots, uuid.UUID(send_id))
    except (OperationalError, PoolTimeout) as error:
        # Begun, it stays so: what may have been sent is told as that, later.
        log.warning("bot.database_away", send_id=send_id, error=type(error).__name__)
        return
    if again_in is not None:
        bell.nudge(again_in)


@dramatiq.actor(queue_name=JOBS_QUEUE, max_retries=0)
def trim_jobs() -> None:
    """Remove the bulky rows of jobs that ended long ago, and what else is kept for a time only."""
    trim(sessions, stopping=hand_back.stopping)
    remove_old_samples(sessions, settings.retention_days, stopping=hand_back.stopping)
    approvals.remove_old(sessions, stopping=hand_back.stopping)
    with sessions.begin() as session:
        bot_updates.forget_old(session)
        bot_questions.forget_old(session)
        bot_delivery.forget_old(session, settings.retention_days)
        signals.forget_old(session, settings.community_days)
        broadcasts.forget_old(session, settings.community_days)
        worker_processes.forget_old(session)
    while not hand_back.stopping.is_set() and _trim_events():
        pass
    forget_outlived(sessions)


def _trim_events() -> int:
    with sessions.begin() as session:
        return events.trim(session, settings.events_days)


@dramatiq.actor(queue_name=JOBS_QUEUE, max_retries=0)
def sample_exposures() -> None:
    """Note what the books of people seen lately are worth."""
    sample_books(desk, sessions, stopping=hand_back.stopping)


@dramatiq.actor(queue_name=JOBS_QUEUE, max_retries=0)
def seal_audit_log() -> None:
    """Link the audit log's newest entries to its hash chain."""
    seal(sessions, stopping=hand_back.stopping)


@dramatiq.actor(queue_name=JOBS_QUEUE, max_retries=0)
def check_stored_keys() -> None:
    """Ask the exchange again what stored keys may do."""
    check_keys(desk, sessions, stopping=hand_back.stopping)


@dramatiq.actor(queue_name=JOBS_QUEUE, max_retries=0)
def fold_counts() -> None:
    """Keep the table of counts small."""
    fold_counters(sessions, stopping=hand_back.stopping)
