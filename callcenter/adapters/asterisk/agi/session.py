"""pyst2's AGI, mended and typed, over one socket. Knows commands and answers, nothing of calls or flows."""

import contextlib
import socket
import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from asterisk.agi import AGI, AGIAppError, AGIInvalidCommand, AGIUsageError

from callcenter.adapters.asterisk.agi.protocol import (
    AgiProtocol,
    AgiReply,
    Environment,
    Flooded,
    Hangup,
    Heard,
    Quoted,
    command,
    quote,
)
from callcenter.service.ports import CallerGone

READ_BYTES = 16 * 1024
ANSWER_SECONDS = 10.0
"""How long a command that does nothing to the caller may take."""

LONGEST_SECONDS = 900.0
"""How long a prompt or an application may take; then the switch is taken for dead."""

_SLOW = frozenset(
    {"STREAM FILE", "CONTROL STREAM FILE", "GET OPTION", "GET DATA", "EXEC", "RECORD FILE", "RECEIVE CHAR"}
)

PystResult = dict[str, tuple[str, str]]


class AgiFailed(Exception):
    """The switch could not do one command although the caller is still there (a missing sound file ...)."""

    def __init__(self, verb: str, why: str) -> None:
        super().__init__(
            f"交换机未能执行 {verb}({why}),请检查声音文件和参数 / {verb} failed ({why}): check files and arguments"
        )
        self.verb, self.why = verb, why


class Session(AGI):  # type: ignore[misc]  # pyst2 has no types
    """pyst2 0.5.1's AGI with its faults mended; every command is pyst2's own method, on our socket and protocol.

    - A1 `asterisk.fastagi` cannot be imported on Python 3: the server is our own.
    - A2 the constructor set a signal, which only the main thread may: no signal; a hang-up is a line here.
    - A3 text was written to a bytes socket: commands are encoded, whole.
    - A4 an unsolicited HANGUP line shifted all later answers: it only sets `hung_up`; a line is an answer only while a
      command waits for one.
    - A5 a dead channel (511) and a closed socket came as unknown errors: both are CallerGone.
    - A6 result=-1 means 'failed' or 'gone': the switch is asked which; AgiFailed or CallerGone.
    - A7 quotes, backslashes and line breaks went through: escaped or refused, in every command.
    - A8 get_data() lost '(timeout)' and record_file() gave a control character: both return what happened.
    - A9 every line, keys included, went to stderr: nothing is written anywhere.
    - A10 no read had a timeout: all have, and a silence is CallerGone.
    """

    def __init__(self, connection: socket.socket, protocol: AgiProtocol, environment: Environment) -> None:
        # pyst2's own __init__ sets a signal (A2), writes to stderr (A9) and reads from a text file (A3).
        self.env = environment
        self.commands = 0
        self._socket = connection
        self._protocol = protocol
        self._heard: list[Heard] = []
        self._gone = protocol.hung_up
        self._patience = 0.0

    @property
    def hung_up(self) -> bool:
        """Return whether the caller is known to be gone."""
        return self._gone

    @property
    def stray(self) -> int:
        """Return how many lines came that answered nothing."""
        return self._protocol.stray

    def ask(self, verb: str, *words: str | int, seconds: float = ANSWER_SECONDS) -> AgiReply:
        """Send one command and return its answer, also result=-1.

        Raises:
            CallerGone: the channel hung up or left, or the switch was silent for `seconds`, at most twice that.
                Nothing is sent after it.
            AgiFailed: the switch does not know the command or its words (510, 520).
            ValueError: a word cannot be sent; nothing was sent.
        """
        line = command(verb, *words)
        if self._gone:
            raise CallerGone
        self._heard.clear()
        self._protocol.asked()
        self.commands += 1
        try:
            if not seconds <= self._patience <= 2 * seconds:  # near enough: one call of the system less
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval(seconds))
                self._patience = seconds
            self._socket.sendall(line)
            reply = self._reply()
        except (OSError, Flooded) as error:
            self._gone = True
            raise CallerGone from error
        if reply.code == 511:
            self._gone = True
            raise CallerGone
        if reply.code != 200:
            raise AgiFailed(verb, str(reply.code))
        return reply

    def done(self, verb: str, *words: str | int, seconds: float = ANSWER_SECONDS) -> AgiReply:
        """Send one command and return its answer; -1 becomes AgiFailed or CallerGone. Other errors as `ask`."""
        reply = self.ask(verb, *words, seconds=seconds)
        if reply.result == "-1":
            raise self._why(verb, reply)
        return reply

    def _why(self, verb: str, reply: AgiReply) -> Exception:
        """Return what a result of -1 means: the channel's state is asked, unless it already hung up."""
        try:
            if reply.value == "hangup" or self.ask("CHANNEL STATUS").result == "-1":
                self._gone = True
        except CallerGone as gone:
            return gone
        return CallerGone() if self._gone else AgiFailed(verb, reply.value or "-1")

    def _reply(self) -> AgiReply:
        while True:
            while self._heard:
                heard = self._heard.pop(0)
                if isinstance(heard, Hangup):
                    self._gone = True
                elif isinstance(heard, AgiReply):
                    self._gone = self._gone or self._protocol.hung_up
                    return heard
            received = self._socket.recv(READ_BYTES)
            if not received:
                raise ConnectionResetError
            self._heard = self._protocol.feed(received)

    def end(self) -> None:
        """Give the channel back to the dialplan. Any thread: the session's own thread then meets CallerGone."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the channel back to the dialplan and free the socket. The session's own thread only."""
        self._socket.close()

    # What pyst2's methods stand on.

    def _get_agi_env(self) -> None:
        """Do nothing: the environment was read before this object was made."""

    def _quote(self, string: str | int | float) -> Quoted:
        return quote(str(string))

    def test_hangup(self) -> None:
        """Raise CallerGone when the caller is known to be gone."""
        if self._gone:
            raise CallerGone

    def execute(self, command: str, *args: Any) -> PystResult:
        """Send one of pyst2's commands and return pyst2's form of the answer, (result, value) under 'result'.

        Raises CallerGone, and pyst2's own AGIAppError, AGIInvalidCommand or AGIUsageError.
        """
        verb = command.strip()
        words = [
            arg if isinstance(arg, Quoted | int) else str(arg) for arg in args if arg != "" or isinstance(arg, Quoted)
        ]
        seconds = LONGEST_SECONDS if verb in _SLOW or verb == "WAIT FOR DIGIT" else ANSWER_SECONDS
        try:
            reply = self.done(verb, *words, seconds=seconds)
        except AgiFailed as failed:
            kind = {"510": AGIInvalidCommand, "520": AGIUsageError}.get(failed.why, AGIAppError)
            raise kind(str(failed)) from failed
        return {"result": (reply.result, reply.value), "endpos": (str(reply.endpos), "")}

    def get_data(self, filename: str, timeout: int = 2000, max_digits: int = 255) -> tuple[str, bool]:
        """Return the keys pressed, and whether the time ran out before the last one."""
        reply = self.done("GET DATA", filename, timeout, max_digits, seconds=LONGEST_SECONDS)
        return reply.result, reply.value == "timeout"

    def record_file(
        self,
        filename: str,
        format: str = "wav",  # noqa: A002  # pyst2's own name
        escape_digits: str | Sequence[str] = "#",
        timeout: int = 20000,
        offset: int = 0,
        beep: str = "",
        silence: int = 0,
    ) -> tuple[str, int]:
        """Record and return why it ended (`dtmf`, `timeout`, `hangup` ...) and the length in samples.

        The caller's hang-up ends a recording in the usual way; it is CallerGone only from the next command on.
        """
        words: list[str | int] = [filename, format, "".join(escape_digits), timeout, offset]
        words += [word for word in (beep, f"s={silence}" if silence else "") if word]
        reply = self.ask("RECORD FILE", *words, seconds=LONGEST_SECONDS)
        if reply.value == "hangup":
            self._gone = True
        elif reply.result == "-1":
            raise self._why("RECORD FILE", reply)
        return reply.value, reply.endpos

    def get_variable(self, name: str) -> str:
        """Return a channel variable, '' when it is not set."""
        return self.done("GET VARIABLE", name).value

    def database_get(self, family: str, key: str) -> str:
        """Return a value of the switch's own database, '' when there is none; pyst2 quoted both words twice."""
        return self.done("DATABASE GET", family, key).value


@lru_cache(maxsize=256)
def timeval(seconds: float) -> bytes:
    """Return a time limit in the form that socket options take."""
    return struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
