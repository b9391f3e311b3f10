"""Agents' SIP phones made of real SIPp processes on fixed contacts: they answer after a while, never, or are busy.

Must not know who calls or why; the headers that the switch adds are only written down.
"""

import re
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from callcenter.demo.sipp import SCENARIO, SDP, free_media_port, free_port, log, send, sipp_binary

ADDRESS = "127.0.0.20"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a phone behaves. `talk_seconds` 0 talks until the other side ends."""

    kind: Literal["answers", "never", "busy"] = "answers"
    after_seconds: float = 1.0
    talk_seconds: float = 0.0


class Phones:
    """Phones of one manner, all served by one SIPp process that echoes what it hears."""

    def __init__(
        self, folder: Path, extensions: Sequence[str], manner: Manner, sip_port: int = 0, address: str = ADDRESS
    ) -> None:
        self._folder = folder
        self._manner = manner
        self._address = address
        self._port = sip_port or free_port(address)
        self.extensions = tuple(extensions)
        self._stem = folder / f"phones-{self._port}"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def contact(self, extension: str) -> str:
        """Return the fixed contact of one of these phones, for the switch's plan."""
        return f"sip:{extension}@{self._address}:{self._port}"

    def start(self) -> None:
        """Start the phones; returns when they can be called."""
        scenario = self._stem.with_suffix(".xml")
        scenario.write_text(_scenario(self._manner), encoding="utf-8")
        media_port = str(free_media_port(self._address))
        words = [sipp_binary(), "-sf", str(scenario), "-i", self._address, "-mi", self._address, "-p", str(self._port)]
        words += ["-mp", media_port, "-ci", self._address, "-rtp_echo", "-nostdin", "-trace_logs"]
        words += ["-log_file", str(self._stem.with_suffix(".log")), "-deadcall_wait", "0"]
        with self._stem.with_suffix(".txt").open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self._folder, start_new_session=True
            )
        deadline = time.monotonic() + 5.0
        while not _taken(self._address, self._port):
            if time.monotonic() > deadline or self._process.poll() is not None:
                said = self._stem.with_suffix(".txt").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"模拟话机没有启动 / the simulated phones did not start: {said[-400:]}")
            time.sleep(0.02)

    def offered(self) -> list[tuple[str, str, str]]:
        """Return what rang so far: (extension, call id, answer-by-itself flag) as the switch's headers told."""
        path = self._stem.with_suffix(".log")
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return re.findall(r"^rang (\S+) call *(\S*) auto *(\S*)", text, re.MULTILINE)

    def stop(self) -> None:
        """End the phones of this object."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


_REPLY = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]p[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n"
_IN_TALK = "[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n"
_CONTACT = "Contact: <sip:[local_ip]:[local_port]>\n"

_INVITE = """<recv request="INVITE" rrs="true"><action>
<ereg regexp="sip:([0-9]+)@" search_in="msg" check_it="true" assign_to="line,extension"/>
<ereg regexp="[^ ]+" search_in="hdr" header="X-CC-Call:" assign_to="call"/>
<ereg regexp="[0-9]+" search_in="hdr" header="X-CC-Auto:" assign_to="auto"/>
<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="number"/>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
<ereg regexp="sip:[^>]+" search_in="hdr" header="Contact:" assign_to="peer"/>
</action></recv>
<Reference variables="line"/>
"""


def _scenario(manner: Manner) -> str:
    """Return the phones as SIPp XML; a CANCEL ends the ringing properly, so that no call is left behind."""
    body = _INVITE + log("rang [$extension] call [$call] auto [$auto]")
    if manner.kind == "busy":
        body += send(f"SIP/2.0 486 Busy Here\n{_REPLY}Content-Length: 0\n", retrans=True)
        body += '<recv request="ACK"/>\n<Reference variables="number,from,peer"/>\n'
        return SCENARIO.format(name="phones", body=body)
    body += send(f"SIP/2.0 180 Ringing\n{_REPLY}{_CONTACT}Content-Length: 0\n")
    wait_ms = round(manner.after_seconds * 1000) if manner.kind == "answers" else 600_000
    body += f'<recv request="CANCEL" timeout="{max(wait_ms, 10)}" ontimeout="answer" next="cancelled"/>\n'
    body += '<label id="answer"/>\n'
    answered = _REPLY.replace("[last_CSeq:]", "CSeq: [$number] INVITE")
    sdp = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{SDP}"
    body += send(f"SIP/2.0 200 OK\n{answered}{_CONTACT}{sdp}", retrans=True) + '<recv request="ACK"/>\n'
    if manner.talk_seconds:
        talk_ms = round(manner.talk_seconds * 1000)
        body += f'<recv request="BYE" timeout="{talk_ms}" ontimeout="bye" next="over"/>\n<label id="bye"/>\n'
        body += send(
            "BYE [$peer] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
            "From: [$mine]\nTo:[$from]\nCall-ID: [call_id]\nCSeq: 1 BYE\nMax-Forwards: 70\nContent-Length: 0\n",
            retrans=True,
        ).replace("[$mine]", "<sip:[$extension]@[local_ip]:[local_port]>;tag=[pid]p[call_number]")
        body += '<recv response="200" next="done"/>\n'
    else:
        body += '<recv request="BYE" next="over"/>\n'
    body += '<label id="over"/>\n' + send(f"SIP/2.0 200 OK\n{_IN_TALK}").replace("<send>", '<send next="done">')
    body += '<label id="cancelled"/>\n' + send(f"SIP/2.0 200 OK\n{_REPLY}Content-Length: 0\n")
    body += send(f"SIP/2.0 487 Request Terminated\n{answered}Content-Length: 0\n", retrans=True)
    body += '<recv request="ACK"/>\n<label id="done"/>\n<Reference variables="from,peer"/>\n'
    return SCENARIO.format(name="phones", body=body)


def _taken(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return True
    return False
