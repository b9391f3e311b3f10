"""Callers made of real SIPp processes: each dials the hotline, presses keys, listens, and hangs up or is hung up on.

Must not know what the call centre does with them: they see a telephone number only.
"""

import math
import re
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from callcenter.demo.dtmf import Press, Step, Wait, steps_of, write_pcap, write_sound
from callcenter.demo.sipp import SCENARIO, SDP, free_media_port, free_port, log, may_send_raw, send, sipp_binary

NETWORKS = ("127.0.1.0/24", "127.0.2.0/24")
"""Where callers call from, each from an address of its own; the switch's trunk must accept these."""

MOST = 500
_ADDRESSES_A_NETWORK = 250


@dataclass(frozen=True, slots=True)
class Caller:
    """A person with a phone. After the program the caller listens until `stay_seconds` after the answer, then ends."""

    number: str
    name: str = ""
    program: tuple[str, ...] = ()
    stay_seconds: float = 60.0
    tone_hz: int = 0


@dataclass(frozen=True, slots=True)
class CallResult:
    """How a call went: `ended_by` is "nobody" when it was never answered or SIPp was stopped."""

    answered: bool
    ended_by: Literal["switch", "caller", "nobody"]
    seconds: float
    said: str = ""


class LiveCall:
    """One SIPp process making one call."""

    def __init__(self, process: subprocess.Popen[bytes], place: int, log_file: Path, screen: Path) -> None:
        self._process = process
        self.place = place
        self._log_file = log_file
        self._screen = screen

    @property
    def over(self) -> bool:
        """Return whether the call has ended."""
        return self._process.poll() is not None

    def result(self, timeout: float = 120.0) -> CallResult:
        """Wait for the end and return how it went. Raises subprocess.TimeoutExpired."""
        self._process.wait(timeout)
        lines = self._log_file.read_text(encoding="utf-8") if self._log_file.exists() else ""
        marks = {word: int(at) for word, at in re.findall(r"^(answered|switch|caller) (\d+)", lines, re.MULTILINE)}
        if "answered" not in marks:
            return CallResult(False, "nobody", 0.0, self._screen.read_text(encoding="utf-8", errors="replace")[-400:])
        if "switch" in marks:
            return CallResult(True, "switch", (marks["switch"] - marks["answered"]) / 1000)
        if "caller" in marks:
            return CallResult(True, "caller", (marks["caller"] - marks["answered"]) / 1000)
        return CallResult(True, "nobody", 0.0)

    def drop(self) -> None:
        """Let the phone die without a word: no BYE is sent, the switch must find out by itself."""
        if not self.over:
            self._process.kill()
        self._process.wait()


class Callers:
    """Starts callers against one switch, each from its own loopback address, never more than `most` at once."""

    def __init__(self, folder: Path, sip_port: int, dialed: str, host: str = "127.0.0.1", most: int = 100) -> None:
        self._folder = folder
        self._target = f"{host}:{sip_port}"
        self._dialed = dialed
        self._most = min(most, MOST)
        self._calls: dict[int, LiveCall] = {}
        self._started = 0
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def live(self) -> int:
        """Return how many calls are up."""
        return sum(not call.over for call in self._calls.values())

    def start(self, caller: Caller) -> LiveCall | None:
        """Dial; return the call, or None when the bound is reached."""
        place = next((n for n in range(self._most) if n not in self._calls or self._calls[n].over), None)
        if place is None:
            return None
        self._started += 1
        stem = self._folder / f"caller-{self._started:05d}"
        raw = may_send_raw()
        steps = steps_of(caller.program)
        media = stem.with_suffix(".pcap" if raw else ".alaw")
        if raw:
            write_pcap(media, steps, caller.stay_seconds, caller.tone_hz)
        else:
            write_sound(media, caller.tone_hz)
        scenario = stem.with_suffix(".xml")
        scenario.write_text(_scenario(caller, steps, media), encoding="utf-8")
        address = f"127.0.{1 + place // _ADDRESSES_A_NETWORK}.{1 + place % _ADDRESSES_A_NETWORK}"
        screen, log_file = stem.with_suffix(".txt"), stem.with_suffix(".log")
        words = [sipp_binary(), self._target, "-sf", str(scenario), "-s", self._dialed, "-i", address, "-mi", address]
        words += [
            "-p",
            str(free_port(address)),
            "-mp",
            str(free_media_port(address)),
            "-ci",
            address,
            "-m",
            "1",
            "-l",
            "1",
            "-nostdin",
            "-trace_logs",
        ]
        words += ["-log_file", str(log_file), "-timeout", str(math.ceil(caller.stay_seconds + 60))]
        with screen.open("wb") as out:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self._folder)  # noqa: S603
        call = LiveCall(process, place, log_file, screen)
        self._calls[place] = call
        return call

    def run_all(self, callers: Iterable[Caller], apart_seconds: float = 0.05) -> Sequence[CallResult]:
        """Dial for every caller as places become free; return the results in order when all are over."""
        calls = []
        for caller in callers:
            while (call := self.start(caller)) is None:
                time.sleep(0.05)
            calls.append(call)
            time.sleep(apart_seconds)
        return [call.result() for call in calls]

    def drop_all(self) -> None:
        """End every SIPp process of this object."""
        for call in self._calls.values():
            call.drop()


def _header(method: str, number: str, sequence: int) -> str:
    return (
        f"{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        f"From: {number};tag=[pid]c[call_number]\n"
        f"To: <sip:[service]@[remote_ip]:[remote_port]>{'' if method == 'INVITE' else '[peer_tag_param]'}\n"
        f"Call-ID: [call_id]\nCSeq: {sequence} {method}\n"
        "Contact: <sip:[local_ip]:[local_port]>\nMax-Forwards: 70\n"
    )


def _scenario(caller: Caller, steps: tuple[Step, ...], media: Path) -> str:
    """Return the call as SIPp XML: keys inside the media when that is a pcap, else as SIP INFO."""
    for text in (caller.number, caller.name):
        if re.search(r'[\x00-\x1f\[\]<>"]', text):
            raise ValueError(f"号码或姓名含有不能使用的字符：{text!r} / unusable character in number or name")
    who = f'"{caller.name}" <sip:{caller.number}@[local_ip]:[local_port]>'
    invite = _header("INVITE", who, 1) + f"Content-Type: application/sdp\nContent-Length: [len]\n\n{SDP}"
    body = send(invite, retrans=True)
    body += "".join(f'<recv response="{code}" optional="true"/>\n' for code in (100, 180, 183))
    body += '<recv response="200"/>\n' + send(_header("ACK", who, 1) + "Content-Length: 0\n")
    body += log("answered [clock_tick]")
    spent, sequence = 0.0, 2
    if media.suffix == ".pcap":
        body += f'<nop><action><exec play_pcap_audio="{media}"/></action></nop>\n'
    else:
        body += f'<nop><action><exec rtp_stream="{media},-1,8"/></action></nop>\n'
        for step in steps:
            if isinstance(step, Wait):
                spent += step.seconds
                body += _bye_within(step.seconds)
            else:
                body += _info(step, who, sequence)
                sequence += 1
    body += _bye_within(max(caller.stay_seconds - spent, 0.1))
    body += log("caller [clock_tick]") + send(_header("BYE", who, sequence) + "Content-Length: 0\n", retrans=True)
    body += '<recv response="200"/>\n'
    body += '<nop next="done"/>\n<label id="ended"/>\n' + log("switch [clock_tick]")
    reply = "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n"
    body += send(reply) + '<label id="done"/>\n'
    return SCENARIO.format(name="caller", body=body)


_labels = iter(range(10**9))


def _bye_within(seconds: float) -> str:
    """Return a wait that a BYE of the switch ends at once."""
    label = f"go{next(_labels)}"
    wait = f'<recv request="BYE" timeout="{round(seconds * 1000)}" ontimeout="{label}" next="ended"/>\n'
    return f'{wait}<label id="{label}"/>\n'


def _info(step: Press, who: str, sequence: int) -> str:
    header = _header("INFO", who, sequence)
    text = f"{header}Content-Type: application/dtmf-relay\nContent-Length: [len]\n\nSignal={step.key}\nDuration=160\n"
    return send(text, retrans=True) + '<recv response="200"/>\n'
