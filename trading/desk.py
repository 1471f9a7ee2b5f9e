"""What a use case works with: settings, the vault, and gateways to each account's exchange."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Self

from core.settings import Settings
from core.vault import Vault
from exchange.gateway import Credentials, Gateway, GatewayOptions, GatewayPool
from exchange.outcomes import AuthProblem
from exchange.pacing import Pacer
from exchange.types import ExchangeEnvironment
from models.users import Account
from trading.couriers import Couriers
from trading.fees import FeeBook
from trading.funding import FundingBook


@dataclass(frozen=True, slots=True)
class Desk:
    """One per process; safe to share between threads."""

    settings: Settings
    vault: Vault
    gateways: GatewayPool
    fees: FeeBook = field(default_factory=FeeBook)
    funding: FundingBook = field(default_factory=FundingBook)
    couriers: Couriers = field(default_factory=Couriers)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        options = GatewayOptions.from_settings(settings)
        pacer = Pacer.on_redis(
            settings.redis_address, address=settings.exit_address, budget=settings.address_budget
        )
        return cls(settings, Vault(settings.masters), GatewayPool(options, pacer))

    def gateway(self, account: Account) -> Gateway:
        """The account's gateway; raises AuthProblem `key_removed` if its keys were taken out,
        VaultError if they can't be opened."""
        if account.api_key_enc is None or account.api_secret_enc is None:
            raise AuthProblem(0, "the key was removed", "key_removed")
        credentials = Credentials(
            api_key=self.vault.decrypt(account.user_id, account.api_key_enc),
            api_secret=self.vault.decrypt(account.user_id, account.api_secret_enc),
        )
        environment = ExchangeEnvironment(account.environment)
        return self.gateways.gateway(credentials, environment, account.id)

    def unstored_gateway(
        self, credentials: Credentials, environment: ExchangeEnvironment
    ) -> Gateway:
        """A gateway for keys that are not stored yet: to check them."""
        return self.gateways.gateway(credentials, environment)

    def forget(self, account_id: uuid.UUID) -> None:
        """Drop what is held for an account whose keys were removed or replaced."""
        self.fees.forget(account_id)
