"""What a browser's phone is told: it registers over a WebSocket and is offered sound on an address it can reach."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from simple_websocket import Client

from callcenter.demo.callers import Caller
from tests.switch.rig import Rig, rig, until

BROWSER = "8999"


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as running:
        yield running


def register(link: Client, authorization: str = "") -> str:
    """Send one REGISTER and return the answer."""
    number = 2 if authorization else 1
    link.send(
        f"REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/WS desk.invalid;branch=z9hG4bK{number}\r\nMax-Forwards: 70\r\n"
        f"From: <sip:{BROWSER}@127.0.0.1>;tag=desk\r\nTo: <sip:{BROWSER}@127.0.0.1>\r\nCall-ID: desk\r\n"
        f"CSeq: {number} REGISTER\r\nContact: <sip:{BROWSER}@desk.invalid;transport=ws>\r\nExpires: 60\r\n"
        f"{authorization}Content-Length: 0\r\n\r\n"
    )
    answer = link.receive(timeout=5)
    assert answer is not None
    return str(answer)


def digest(challenge: str, password: str) -> str:
    """Return the Authorization header for a challenge (RFC 2617 with qop=auth)."""
    realm, nonce = (re.search(rf'{name}="([^"]+)"', challenge).group(1) for name in ("realm", "nonce"))  # type: ignore[union-attr]

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    first, second = md5(f"{BROWSER}:{realm}:{password}"), md5("REGISTER:sip:127.0.0.1")
    response = md5(f"{first}:{nonce}:00000001:desk:auth:{second}")
    return (
        f'Authorization: Digest username="{BROWSER}", realm="{realm}", nonce="{nonce}", uri="sip:127.0.0.1", '
        f'response="{response}", algorithm=MD5, qop=auth, nc=00000001, cnonce="desk"\r\n'
    )


def test_a_browser_registers_and_is_offered_sound_on_loopback_with_the_calls_identity(switch: Rig) -> None:
    sessions = switch.sessions()
    link = Client(f"ws://127.0.0.1:{switch.plan.http_port}/ws", subprotocols=["sip"])
    challenge = register(link)
    assert challenge.startswith("SIP/2.0 401")
    assert register(link, digest(challenge, "a-wrong-word")).startswith("SIP/2.0 401")
    assert register(link, digest(register(link), f"pw-{BROWSER}")).startswith("SIP/2.0 200")
    switch.ear.event("ContactStatus", AOR=BROWSER)
    switch.dial(Caller("13800138007", "王芳", stay_seconds=5))
    session = until(lambda: sessions.seen, "a session")[0]
    until(lambda: switch.channels()[0].get("Application") == "AGI", "the caller waits")
    switch.connect(session, BROWSER)
    invite = str(link.receive(timeout=5))
    assert invite.startswith("INVITE ")
    assert f"X-CC-Call: {session.call}\r\n" in invite
    assert "X-CC-Auto: 1\r\n" in invite
    assert "From: <sip:13800138007@" in invite, (
        "the name is the desk's to show: odd bytes would close the page's socket"
    )
    assert {found.split()[4] for found in re.findall(r"a=candidate:(.*)", invite)} == {"127.0.0.1"}
    assert "a=fingerprint:" in invite
    assert re.search(r"m=audio \d+ UDP/TLS/RTP/SAVPF 8 0", invite)
    link.close()
    gone = switch.ear.event("ContactStatus", AOR=BROWSER, ContactStatus="Removed")
    assert gone["URI"].startswith(f"sip:{BROWSER}@")
