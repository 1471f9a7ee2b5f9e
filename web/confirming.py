"""Whether a job is confirmed, where its owner wants jobs of its worth to be."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from core.logs import get_logger
from exchange.outcomes import ExchangeError
from identity.confirmation import is_needed, permit
from identity.proofs import Proof
from models.base import db
from models.second_factors import confirm_over
from models.users import Account
from trading.accept import Permit
from trading.plans import Plan
from web import wired
from web.guard import user_id
from web.present.words import cents
from web.schemas.second_factors import ConfirmationIn

log = get_logger(__name__)


def permit_by(
    confirmation: ConfirmationIn | None, account: Account, plan: Callable[[], Plan]
) -> Permit:
    """What a new job for the account has to pass. `plan` is made as the preview makes it, and only
    to learn the job's worth; where the book can't be read for it, the job has to be confirmed."""

    def worth() -> Decimal | None:
        try:
            return _told(plan())
        except ExchangeError as error:
            log.warning("confirmation.worth_unknown", error=type(error).__name__)
            return None

    proof = Proof() if confirmation is None else confirmation.proof()
    vault = wired.vault()
    return lambda: permit(db.session(), vault, account, proof, worth)


def needs_confirmation(plan: Plan) -> bool:
    """Whether the job of this plan would be asked about."""
    return is_needed(confirm_over(db.session(), user_id()), _told(plan))


def _told(plan: Plan) -> Decimal:
    """What the person sees is what is compared."""
    return cents(plan.notional)
