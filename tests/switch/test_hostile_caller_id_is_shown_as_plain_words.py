"""S2, S6: callers whose number or name holds quotes, line ends, markup or rare characters; seen on a real desk."""

import re
from pathlib import Path

from tests.switch.browser import BrowserAgent
from tests.switch.house import House
from tests.switch.raw_caller import RawCaller
from tests.switch.rig import figure, until

LINE_END = "".join(f"%{byte:02X}" for byte in (13, 10))
QUOTE, BACKSLASH = bytes([34]), bytes([92])
MARKUP = bytes([60]) + b"script" + bytes([62]) + b"window.ran=1" + bytes([60, 47]) + b"script" + bytes([62])
RARE = bytes([0xF0, 0xA0, 0xAE, 0xB7, 0xF0, 0x9F, 0x98, 0x80])
CHINESE = "张三".encode()


def _sender(name: bytes, user: str) -> bytes:
    return QUOTE + name + QUOTE + b" <sip:" + user.encode() + b"@127.0.1.251>"


HOSTILE = (
    ("markup", _sender(CHINESE + MARKUP, f"1380{LINE_END}Event:%20Hangup{LINE_END}{LINE_END}"), "张三"),
    (
        "quotes",
        _sender(CHINESE + BACKSLASH + QUOTE + b";|${EXTEN}`id`" + BACKSLASH + QUOTE, "1381%22%3E%3Cb%3E"),
        "张三",
    ),
    ("rare", _sender(RARE + CHINESE, "1382"), RARE.decode() + "张三"),
    ("too long", _sender(RARE * 6, "1385"), (RARE * 4).decode()),
    ("no UTF-8", _sender("张".encode("gb18030") + b" Li", "1386"), " Li"),
    ("another number", _sender(MARKUP[:1] + b"sip:110@x>", "1384"), ""),
)


def test_hostile_caller_id_is_shown_as_plain_words(house: House, tmp_path: Path) -> None:
    assert house.ear is not None
    plan = house.switch.plan
    arrived_before = len(house.facts(kind="call_arrived"))
    ended_before = len(house.facts(kind="call_ended"))
    shown = []
    with BrowserAgent(house.web, "8001", 1000, tmp_path) as agent:
        agent.sign_in()
        for kind, sender, name in HOSTILE:
            seen = len(house.ear.events("CCArrived"))
            caller = RawCaller(plan.sip_port, plan.hotlines[0], sender)
            try:
                caller.call()
                until(lambda seen=seen: len(house.ear.events("CCArrived")) > seen, f"{kind} arrives")
                call = house.ear.events("CCArrived")[-1]["Call"]
                house.fact("step_entered", call)
                caller.press("3")
                until(lambda: agent.can("接听"), f"{kind} rings")
                agent.press("Alt+A")
                agent.until("通话")
                assert call in agent.call()
                shown.append((kind, agent.call()))
                assert agent.ask_page("window.ran") is None
                assert agent.ask_page("document.querySelectorAll('main b b, main img').length") == 0
                agent.press("Alt+G")
                agent.press("Alt+G")
                caller.wait_for_the_end()
            finally:
                caller.close()
            line = house.ended(call).call
            assert re.fullmatch(r"\+?[0-9]{0,20}", line.number), line.number
            assert line.number.startswith(sender.rpartition(b"sip:")[2][:4].decode()), (kind, line.number)
            assert not re.search(r'[\x00-\x1f<>"\\|;$`{}]', line.name), line.name
            assert name.strip() in line.name
            assert "\N{REPLACEMENT CHARACTER}" not in line.name, f"{kind}: half a character is left in {line.name!r}"
            assert line.outcome == "answered"
            until(lambda line=line: line.name in agent.call(), f"{kind}: the stored name is what the desk shows")
            agent.until("话后整理")
            agent.choose_code("其他", "打错电话")
            agent.press("Alt+W")
            agent.until("空闲")
        agent.sign_out()
        assert not agent.faults
    assert len(house.facts(kind="call_arrived")) - arrived_before == len(HOSTILE)
    assert len(house.facts(kind="call_ended")) - ended_before == len(HOSTILE)
    plain = re.compile(r"[A-Za-z0-9-]+")
    assert all(plain.fullmatch(key) for block in house.ear.blocks for key in block)
    house.books_agree()
    figure(f"figure hostile callers {len(HOSTILE)}, scripts run 0, forged facts 0, shown {len(shown)}")
