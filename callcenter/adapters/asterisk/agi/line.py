"""The caller on the phone, as the flows see it. Decides nothing; speaks to one AGI session."""

import socket

from callcenter.adapters.asterisk.agi.protocol import AgiProtocol, Environment
from callcenter.adapters.asterisk.agi.session import LONGEST_SECONDS, AgiFailed, Session
from callcenter.adapters.asterisk.plan import HANDED_OVER
from callcenter.domain.ids import CallId, ChannelName
from callcenter.service.ports import SoundMissing

MARGIN_SECONDS = 10.0
SAMPLES_A_SECOND = 8000
"""Recordings are plain wav, which Asterisk writes at 8 kHz."""


class AgiLine(Session):
    """One live caller (`service.ports.Line`). Used by one thread only."""

    def __init__(self, connection: socket.socket, protocol: AgiProtocol, environment: Environment) -> None:
        super().__init__(connection, protocol, environment)
        self.call = CallId(environment.get("agi_uniqueid", ""))
        self.channel = ChannelName(environment.get("agi_channel", ""))
        self.number = _known(environment.get("agi_callerid", ""))
        # the dialplan cuts the name by bytes: half a character is left out
        self.name = _known(environment.get("agi_calleridname", "")).replace("\N{REPLACEMENT CHARACTER}", "")
        self._variables = {
            name: environment[f"agi_arg_{place}"]
            for place, name in enumerate(HANDED_OVER, 1)
            if f"agi_arg_{place}" in environment
        }

    @property
    def dialed(self) -> str:
        """Return the number that the caller dialled: the dialplan's CC_DIALED, else what the trunk said."""
        return self.get("CC_DIALED") or _known(self.env.get("agi_dnid", "")) or str(self.env.get("agi_extension", ""))

    def play(self, path: str, stop_keys: str = "") -> str:
        """Play one file (path without extension); return the key of `stop_keys` that cut it short, else ''.

        Raises:
            SoundMissing: the switch cannot play it; the caller is still there.
        """
        try:
            return _key(self.done("STREAM FILE", path, stop_keys, seconds=LONGEST_SECONDS).result)
        except AgiFailed as failed:
            raise SoundMissing(f"{path}: {failed}") from failed

    def wait_key(self, seconds: float) -> str:
        """Wait for one key, to the millisecond; return it, '' on silence."""
        waiting = max(0, round(seconds * 1000))
        return _key(self.done("WAIT FOR DIGIT", waiting, seconds=seconds + MARGIN_SECONDS).result)

    def music(self, on: bool) -> None:
        """Start or stop music on hold."""
        if on:
            self.done("SET MUSIC", "ON", "default")
        else:
            self.done("SET MUSIC", "OFF")

    def get(self, name: str) -> str:
        """Return a channel variable or ''; what the dialplan handed over, or was put here, is not asked for."""
        known = self._variables.get(name)
        return self.get_variable(name) if known is None else known

    def put(self, name: str, value: str) -> None:
        """Set a channel variable. Raises ValueError on CR, LF or NUL."""
        self.done("SET VARIABLE", name, value)
        if name in self._variables:
            self._variables[name] = value

    def record(self, path: str, seconds: int, stop_keys: str = "#") -> int:
        """Record the caller to `path` (no extension, wav), after a beep, and return the length in ms."""
        _, samples = self.record_file(path, "wav", stop_keys, seconds * 1000, beep="BEEP")
        return samples * 1000 // SAMPLES_A_SECOND

    def hang_up(self) -> None:
        """End the call."""
        self.ask("HANGUP")
        self._gone = True


def _known(value: str) -> str:
    return "" if value == "unknown" else value


def _key(result: str) -> str:
    return chr(int(result)) if result.isdigit() and result != "0" else ""
