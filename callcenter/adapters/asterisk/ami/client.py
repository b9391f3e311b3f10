"""Keeps one AMI link alive: logs in, pings and judges the answer, reconnects, tells when it is up and down."""

import random
import threading
from collections.abc import Callable, Iterator

import structlog
from asterisk.manager import ManagerException

from callcenter.adapters.asterisk.ami.encode import Fields
from callcenter.adapters.asterisk.ami.link import away
from callcenter.adapters.asterisk.ami.protocol import AmiEvent, AmiReply
from callcenter.adapters.asterisk.ami.pyst import Ami
from callcenter.domain.errors import Refused
from callcenter.service.ports import SwitchAway

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0


class AmiRefused(Refused):
    """The switch understood the action and said no; `reply` has its words."""

    def __init__(self, reply: AmiReply) -> None:
        super().__init__(
            "switch_refused",
            f"交换机拒绝了这个动作：{reply.message}。请核对分机、通道和权限",
            f"the switch refused the action: {reply.message}; check the extension, the channel and the permissions",
        )
        self.reply = reply


class AmiClient:
    """The link to one switch.

    `on_up`, `on_event` and `on_down` are called in one thread, in this order: up, the events of that connection, down
    (once per loss), up again. What they raise is counted in `faults` and logged, and never stops what comes next.
    `on_up` may ask the switch; events that arrive meanwhile wait behind it, so a snapshot read there misses nothing.
    """

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        secret: str,
        *,
        wanted: frozenset[str],
        on_event: Callable[[AmiEvent], object],
        on_up: Callable[[], object],
        on_down: Callable[[str], object],
        ping_seconds: float = 2.0,
        silence_seconds: float = 6.0,
    ) -> None:
        self._address = (host, port)
        self._user, self._secret = user, secret
        self._on_up, self._on_down = on_up, on_down
        self._ping_seconds, self._silence_seconds = ping_seconds, silence_seconds
        self._ami = Ami(wanted)
        self._ami.register_event("*", lambda event, _: on_event(event))
        self._up = threading.Event()
        self._stopping = threading.Event()
        self._keeper: threading.Thread | None = None
        self.last_failure = ""
        """Why the latest try to connect failed, English, for the doctor and the log; '' when it did not."""

    @property
    def up(self) -> bool:
        """Return whether the switch can be asked now."""
        return self._ami.ready

    @property
    def faults(self) -> int:
        """Return how many calls of on_event, on_up and on_down raised."""
        return self._ami.faults

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._keeper = threading.Thread(target=self._keep, name="ami-keeper", daemon=True)
        self._keeper.start()

    def stop(self) -> None:
        """Log off and stop; returns within about three seconds. on_down is not called."""
        self._stopping.set()
        self._ami.close()
        if self._keeper:
            self._keeper.join(3)

    def wait_up(self, seconds: float) -> bool:
        """Return whether the link came up within `seconds`."""
        return self._up.wait(seconds)

    def action(self, fields: Fields, timeout: float = 2.0) -> AmiReply:
        """Send one action and return its answer. Any thread.

        Raises:
            ValueError: a value cannot be sent; nothing was sent.
            SwitchAway: the link is down, or no answer came in `timeout` seconds; nobody knows whether it was done.
            AmiRefused: the switch said no.
        """
        self._require_up()
        return _accepted(self._ami.send_action(fields, timeout))

    def listing(self, fields: Fields, timeout: float = 5.0) -> list[AmiEvent]:
        """Send a list action (CoreShowChannels ...), return the events it lists, all or none. Errors as `action`."""
        self._require_up()
        reply, events = self._ami.send_list_action(fields, timeout)
        _accepted(reply)
        return events

    def _require_up(self) -> None:
        if not self.up:
            raise away(self._ami.lost_reason or self.last_failure or "not connected yet")

    def _keep(self) -> None:
        pauses = _pauses()
        while not self._stopping.is_set():
            if self._connect():
                pauses = _pauses()
                self._watch()
            self._stopping.wait(next(pauses))
        self._ami.close()  # again: `stop` may have met a connection that was just being made

    def _connect(self) -> bool:
        try:
            self._ami.connect(*self._address)
            self._ami.login(self._user, self._secret, first=self._on_up)
        except (SwitchAway, ManagerException, ValueError) as error:
            if str(error) != self.last_failure:
                log.warning("ami not connected", error=str(error))
            self.last_failure = str(error)
            if self._ami.connected():
                self._ami.drop("log-in failed")
            return False
        self.last_failure = ""
        self._up.set()
        return True

    def _watch(self) -> None:
        """Return when the connection is lost. A quiet line is fine as long as each Ping is answered."""
        lost = self._ami.lost
        while not self._stopping.is_set() and not lost.wait(self._ping_seconds):
            try:
                reply = self._ami.send_action({"Action": "Ping"}, self._silence_seconds)
            except SwitchAway:
                self._ami.drop("the switch does not answer Ping")
            else:
                if not reply.success:
                    self._ami.drop("the switch refuses Ping")
        self._up.clear()
        reason = self._ami.lost_reason
        if not self._stopping.is_set():
            log.warning("ami link lost", reason=reason)
            self._ami.post(lambda: self._on_down(reason))


def _accepted(reply: AmiReply) -> AmiReply:
    if not reply.success:
        raise AmiRefused(reply)
    return reply


def _pauses() -> Iterator[float]:
    """Yield the waits between tries: at most 0.2 s first, doubled to at most 2 s, each shortened by chance."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        yield pause * random.uniform(0.5, 1.0)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
