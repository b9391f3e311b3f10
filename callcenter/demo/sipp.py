"""Finds SIPp and says how to get it; the words of SIP that callers and phones share."""

import random
import shutil
import socket
from contextlib import ExitStack
from functools import cache


class SippMissing(Exception):
    """SIPp is not installed; the message says what to type, zh and en."""


@cache
def sipp_binary() -> str:
    """Return the path of SIPp. Raises SippMissing."""
    found = shutil.which("sipp")
    if found is None:
        raise SippMissing(
            "模拟来电需要 SIPp，请运行：apt-get install sip-tester\n"
            "Simulated callers need SIPp: apt-get install sip-tester"
        )
    return found


@cache
def may_send_raw() -> bool:
    """Return whether this process may send prepared RTP (root or CAP_NET_RAW)."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP).close()
    except PermissionError:
        return False
    return True


def free_port(address: str) -> int:
    """Return a UDP port that is free on one of the loopback addresses."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def free_media_port(address: str) -> int:
    """Return the first of four UDP ports for sound (SIPp binds RTP, RTCP and a video port that it never uses).

    They lie below the range that the system hands out by itself, so that nobody is given one a moment later.
    """
    while True:
        first = random.randrange(10000, 32000, 4)
        with ExitStack() as probes:
            try:
                for port in range(first, first + 4):
                    probes.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).bind((address, port))
            except OSError:
                continue
            return first


SDP = """v=0
o=sipp 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=sendrecv
"""

SCENARIO = '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="{name}">\n{body}</scenario>\n'


def send(message: str, retrans: bool = False, crlf: str = "") -> str:
    """Return a SIPp send element."""
    again = ' retrans="500"' if retrans else ""
    return f"<send{again}{crlf}><![CDATA[\n{message}\n]]></send>\n"


def log(message: str) -> str:
    """Return a SIPp step that writes one line into the scenario's log."""
    return f'<nop><action><log message="{message}"/></action></nop>\n'
