"""How often a password may be guessed, and a mail be sent to an address.

A count lasts a quarter of an hour from its first try, whatever comes meanwhile: nobody is kept out
of what is theirs for longer.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from web import wired
from web.origin import remote_address
from web.tallies import admit, tallies

WINDOW_SECONDS = 900
FROM_ONE_NETWORK = 10
FROM_EVERYWHERE = 100
MAILS = 5
_DAY_SECONDS = 86_400
_KNOWN_SECONDS = 30 * _DAY_SECONDS
_SHORT = 12
_IPV6_SITE = 64


class Guesses:
    """Of one address's password, in the request that guesses. Every guess counts before it is
    looked at, so that many at once are no way around.

    A network that the person signed in from within a month is counted for itself: whoever guesses
    from everywhere else does not keep them out.
    """

    def __init__(self, email: str) -> None:
        network = _network()
        self._from_here = _key("guess", email, network)
        self._from_everywhere = _key("guess", email)
        self._known = _key("known", email, network)

    def begin(self) -> None:
        """Raises Problem (429) `rate_limited`, alike for every address there is or is not."""
        _must_be_within(self._from_here, FROM_ONE_NETWORK)
        if not tallies().is_noted(self._known):
            _must_be_within(self._from_everywhere, FROM_EVERYWHERE)

    def right(self) -> None:
        """It was the password."""
        tallies().forget(self._from_here)
        tallies().note(self._known, _KNOWN_SECONDS)


def count_refused(email: str) -> tuple[str, int]:
    """Count a refused password: what stands for the address in logs, and how many there were within
    a day."""
    key = _key("refused", email)
    number, _ = tallies().count(key, _DAY_SECONDS)
    return key[:_SHORT], number


def admit_check(user_id: object) -> str:
    """Count a signed-in person's try of their own password; what to `forget` if it was right.
    Raises as `Guesses.begin`."""
    key = _key("own", str(user_id))
    _must_be_within(key, FROM_ONE_NETWORK)
    return key


def forget(key: str) -> None:
    """It was right."""
    tallies().forget(key)


def admit_mail(email: str) -> None:
    """Count a mail that somebody wants sent to the address. Raises as `Guesses.begin`."""
    _must_be_within(_key("mail", email), MAILS)


def _must_be_within(key: str, most: int) -> None:
    admit(key, most=most, seconds=WINDOW_SECONDS)


def _key(*parts: str) -> str:
    """Redis learns no address."""
    desk = wired.desk()
    return desk.vault.fingerprint("\n".join(("tries", *parts)))


def _network() -> str:
    """Who has one IPv6 address has a whole site of them."""
    address = ip_address(remote_address() or "0.0.0.0")  # noqa: S104 - stands for unknown
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_SITE), strict=False))
    return str(address)
