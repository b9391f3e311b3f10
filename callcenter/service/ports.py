"""The doors of the core: what it needs from outside, with order, idempotence, errors and threads.

Adapters implement these; tests use fakes that pass the same contract tests. Nothing here imports a library.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from callcenter.domain.customer import Customer, PastCall
from callcenter.domain.events import Event
from callcenter.domain.ids import AgentId, CallId, ChannelName, CustomerId
from callcenter.domain.orders import Order


class CallerGone(Exception):
    """The caller's channel left the session: hung up, redirected, or the connection broke."""


class SoundMissing(Exception):
    """This file cannot be played; the caller is still there."""


class SwitchAway(Exception):
    """The switch cannot be asked now; the order was not carried out, or nobody knows."""


class ChannelGone(Exception):
    """The switch no longer knows the channel that an order was about."""


class RecordsAway(Exception):
    """The database did not answer in time; nothing was read."""


@dataclass(frozen=True, slots=True)
class LiveChannel:
    """One channel as the switch lists it. `call` is the Linkedid; `uniqueid == call` marks the caller's own leg."""

    name: ChannelName
    uniqueid: str
    call: CallId
    state: str
    context: str
    extension: str
    application: str
    bridge: str
    seconds: int


class Switch(Protocol):
    """Carries out orders on the telephone switch."""

    def carry_out(self, order: Order) -> None:
        """Send one order and return when the switch has accepted it (about 1 ms).

        Called from the driver's order thread only, in the order the engine gave. Hanging up or muting a channel that
        is already gone is no error. What really happened comes back later as events.

        Raises:
            ChannelGone: a caller who was to be moved is not on the switch any more.
            SwitchAway: the link is down or silent for 2 s.
        """

    def live_channels(self) -> Sequence[LiveChannel]:
        """Read every channel of the switch, for resync. Any thread.

        Raises:
            SwitchAway: the link is down or the list did not complete within 5 s.
        """

    def registered_phones(self) -> frozenset[str]:
        """Return the extensions that a phone is registered for. Any thread; raises SwitchAway like `live_channels`."""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A fact with its place in the one order of all facts. `seq` starts at 1 and has no gaps."""

    seq: int
    event: Event


class Journal(Protocol):
    """Appends facts; the source of every projection."""

    def append(self, rows: Sequence[JournalRow]) -> None:
        """Take rows in seq order and return once they survive a kill -9 of this process (spooled to disk).

        The driver thread only. Never waits for the database: a writer thread of the adapter carries the spool there
        in small transactions, each row exactly once, and goes on after the database was away.

        Raises:
            OSError: the disk took nothing; the caller keeps the rows and tries again.
            ValueError: the seqs have a gap; nothing was kept.
        """

    def last_seq(self) -> int:
        """Return the last seq that was ever appended, in the spool or the database; 0 when none."""

    def open_rows(self) -> Iterable[JournalRow]:
        """Yield, in seq order, the facts that rebuild live state, and no more: cost grows with what is live.

        Of every call that lives or is being wrapped up its whole story; of every agent at work the own facts since the
        sign-in and the story of the last call offered, ended or not, because the agent's state hangs on it. Counts of
        the day do not follow from these rows.
        """


class Records(Protocol):
    """Reads about people and past calls. Any thread. Nothing here writes."""

    def customer(self, customer: CustomerId) -> Customer | None:
        """Return the whole record, or None."""

    def customers_by_number(self, number: str, limit: int = 5) -> Sequence[Customer]:
        """Return customers who have this E.164 number, best match first. Raises RecordsAway after 1 s."""

    def customer_by_account(self, account: str) -> Customer | None:
        """Return the customer with this account number (户号), digits only. Raises RecordsAway after 1 s."""

    def past_calls(self, customer: CustomerId, limit: int = 5) -> Sequence[PastCall]:
        """Return ended calls of a customer, newest first."""


class Timers(Protocol):
    """Rings names at times. Any thread; a late ring is delivered at once, never dropped."""

    def start(self, name: str, at: datetime) -> None:
        """Ring `name` at `at` (aware); an earlier timer of the same name is replaced."""

    def stop(self, name: str) -> None:
        """Forget `name`; unknown is fine."""


class Speech(Protocol):
    """Turns words into sound files that the switch can play."""

    def prompt(self, text: str) -> str:
        """Return the file's absolute path without extension, rendered at 8 kHz mono, cached by text and voice.

        Any thread; a cached text costs one stat. A new text is rendered in a child process (about 0.1 s).

        Raises:
            SpeechFailed: no voice could render it; the caller of the hotline hears the next prompt instead.
        """


class SpeechFailed(Exception):
    """The text could not be rendered; the message says what to install or record."""


class Line(Protocol):
    """One caller on the phone, in the thread of that call's session. Every method raises CallerGone.

    What the switch hands over with the call (who calls, what was dialled, where an earlier session of it stopped) is
    known from the start: reading it asks nobody, and it is as true as an answer, for nobody else writes it meanwhile.
    """

    call: CallId
    channel: ChannelName
    number: str
    name: str
    dialed: str

    def play(self, path: str, stop_keys: str = "") -> str:
        """Play one file (path without extension); return the key of `stop_keys` that cut it short, else ''.

        Raises:
            SoundMissing: this file cannot be played; the next one may.
        """

    def wait_key(self, seconds: float) -> str:
        """Wait for one key; '' on silence."""

    def music(self, on: bool) -> None:
        """Start or stop music on hold."""

    def get(self, name: str) -> str:
        """Return a channel variable or ''; one question to the switch unless it was handed over, or put here before."""

    def put(self, name: str, value: str) -> None:
        """Set a channel variable. CR, LF and NUL are refused with ValueError."""

    def record(self, path: str, seconds: int, stop_keys: str = "#") -> int:
        """Record the caller to `path` (no extension, wav) and return the length in ms."""

    def hang_up(self) -> None:
        """End the call."""


Inbox = Callable[[Event], None]
"""Hands a fact to the driver. Any thread; never blocks; order is kept per calling thread."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may log in. `role` is agent, lead, supervisor or admin; `agent` the 工号, if any."""

    login: str
    name: str
    role: str
    agent: AgentId | None


class People(Protocol):
    """Log-ins, sessions and the access log. Any thread; each call is one short transaction; raises RecordsAway."""

    def verify(self, login: str, password: str) -> Person | None:
        """Return the person, or None; takes as long for an unknown login as for a wrong password (about 0.1 s)."""

    def open_session(self, login: str, hours: int) -> str:
        """Return a new session's secret token; only its hash is stored."""

    def session(self, token: str) -> Person | None:
        """Return whose session it is, or None when it ended, ran out, or the person was locked."""

    def close_session(self, token: str) -> None:
        """End a session; unknown is fine."""

    def log_access(self, login: str, deed: str, subject: str, address: str) -> None:
        """Append who did what to which record, from which address."""
