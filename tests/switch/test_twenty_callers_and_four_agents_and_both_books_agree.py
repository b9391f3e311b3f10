"""A small rush: twenty callers of every kind, four agents at SIP phones; the book equals the switch's own."""

import json
import random
from pathlib import Path

from callcenter.demo import report, traffic
from callcenter.demo.agents import DemoAgent, Pace
from callcenter.demo.phones import Manner
from tests.switch.house import SIP_SEATS, house
from tests.switch.rig import figure, until

CALLERS = 20
AT_WORK = ("ringing", "talking", "holding", "wrap_up")


def test_twenty_callers_and_four_agents_and_both_books_agree(tmp_path: Path, prompts: Path) -> None:
    manners = dict.fromkeys(SIP_SEATS, Manner("answers", 0.5))
    with house(tmp_path, manners=manners, prompts=prompts, ring_seconds=20, customers=2000) as running:
        chance = random.Random(11)
        pace = Pace(talk=(1.0, 3.0), wrap_up=(0.3, 0.8))
        agents = [DemoAgent(running.web, seat, f"demo-{seat}", pace, random.Random(seat)) for seat in manners]
        try:
            for agent in agents:
                agent.start()
            until(lambda: all(agent.state == "ready" for agent in agents), "four agents are ready")
            dialled = 0
            for caller in traffic.callers(chance, CALLERS, (25.0, 30.0)):
                dialled += running.callers.start(caller) is not None
                until(lambda: running.callers.live < CALLERS, "room for one more")
            until(lambda: not running.callers.live, "all callers are gone", 90)
            until(lambda: not any(agent.state in AT_WORK for agent in agents), "all agents are done", 20)
            until(lambda: all(call.outcome for call in running.calls()), "every call is closed")
        finally:
            for agent in agents:
                agent.stop()
        running.books_agree()
        pops = [pop for agent in agents for pop in agent.pops]
        account = report.account(running.settings, running.blueprint.cdr_file, dialled, pops, None)
        assert list(account.faults) == []
        assert account.figures["offered"] == account.figures["dialled"] == CALLERS
        assert account.figures["answered"] >= 8
        figure("figure " + json.dumps(dict(account.figures)))
