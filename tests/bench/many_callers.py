"""A hundred callers in one SIPp process: all press the same keys, as RFC 4733 in a stream that never pauses."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from callcenter.demo.dtmf import steps_of, write_pcap
from callcenter.demo.sipp import SCENARIO, SDP, free_port, log, send, sipp_binary

ADDRESS = "127.0.2.254"
"""One of the addresses that the sample organisation's trunk accepts, used by no other caller."""

_WHO = "<sip:1390[call_number]@[local_ip]:[local_port]>"


@dataclass(frozen=True, slots=True)
class Program:
    """What every caller does; after it they listen until the switch hangs up, at most `most_seconds` in all."""

    steps: tuple[str, ...]
    most_seconds: float = 20.0


class ManyCallers:
    """Callers against one switch, all from one address and RTP port; the switch's ports tell the calls apart."""

    def __init__(self, folder: Path, sip_port: int, program: Program) -> None:
        self.rtp_port = free_port(ADDRESS)
        self._folder, self._target = folder, f"127.0.0.1:{sip_port}"
        folder.mkdir(parents=True, exist_ok=True)
        self._media = folder / "keys.pcap"
        write_pcap(self._media, steps_of(program.steps), program.most_seconds)
        self._scenario = folder / "many.xml"
        self._scenario.write_text(_scenario(self._media, program.most_seconds), "utf-8")
        self._runs = 0

    def run(self, dialed: str, calls: int, at_once: int, a_second: int) -> int:
        """Make `calls` calls and return how many the switch ended, as it should. Raises TimeoutExpired."""
        self._runs += 1
        log_file = self._folder / f"run-{self._runs}.log"
        words = [sipp_binary(), self._target, "-sf", str(self._scenario), "-s", dialed, "-i", ADDRESS, "-mi", ADDRESS]
        words += ["-ci", ADDRESS, "-p", str(free_port(ADDRESS)), "-mp", str(self.rtp_port), "-m", str(calls)]
        words += ["-l", str(at_once), "-r", str(a_second), "-nostdin", "-trace_logs", "-log_file", str(log_file)]
        with (self._folder / f"run-{self._runs}.txt").open("wb") as screen:
            subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                cwd=self._folder,
                timeout=600,
                check=False,
            )
        return len(re.findall(r"^ended_by_switch", log_file.read_text("utf-8"), re.MULTILINE))


def _request(method: str, sequence: int) -> str:
    return (
        f"{method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        f"From: {_WHO};tag=[pid]c[call_number]\n"
        f"To: <sip:[service]@[remote_ip]:[remote_port]>{'' if method == 'INVITE' else '[peer_tag_param]'}\n"
        f"Call-ID: [call_id]\nCSeq: {sequence} {method}\n"
        "Contact: <sip:[local_ip]:[local_port]>\nMax-Forwards: 70\n"
    )


def _scenario(media: Path, most_seconds: float) -> str:
    invite = _request("INVITE", 1) + f"Content-Type: application/sdp\nContent-Length: [len]\n\n{SDP}"
    reply = "SIP/2.0 200 OK\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n"
    body = send(invite, retrans=True)
    body += "".join(f'<recv response="{code}" optional="true"/>\n' for code in (100, 180, 183))
    body += '<recv response="200"/>\n' + send(_request("ACK", 1) + "Content-Length: 0\n")
    body += f'<nop><action><exec play_pcap_audio="{media}"/></action></nop>\n'
    body += f'<recv request="BYE" timeout="{round(most_seconds * 1000)}" ontimeout="late"/>\n'
    body += log("ended_by_switch [call_number]") + send(reply) + '<nop next="done"/>\n'
    body += '<label id="late"/>\n' + send(_request("BYE", 2) + "Content-Length: 0\n", retrans=True)
    body += '<recv response="200"/>\n<label id="done"/>\n'
    return SCENARIO.format(name="many", body=body)
