"""How fast AMI is read: our protocol, pyst2 and panoramisk on one recorded stream. Prints one JSON line last.

Run as `python -m tests.bench.ami`.
"""

import asyncio
import gc
import json
import logging
import socket
import statistics
import sys
import threading
import time
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from asterisk.manager import Manager

from callcenter.adapters.asterisk.ami.protocol import EVERY, AmiEvent, AmiProtocol
from callcenter.adapters.asterisk.ami.pyst import Ami
from callcenter.adapters.asterisk.translate import Translator
from callcenter.domain.agent import Agent, AgentState
from callcenter.domain.commands import SignIn
from callcenter.domain.events import CallArrived, CallQueued, OfferRinging, PhoneKind, SwitchBack, TalkEnded
from callcenter.domain.ids import AgentId, QueueId
from callcenter.domain.routing import Choice
from callcenter.service.engine import Engine
from callcenter.service.messages import TimerRang
from callcenter.service.rules import QueueRule, Rules, Seat
from tests.asterisk.recorded import ami_stream, house_stream

WANTED = frozenset(
    {
        "UserEvent",
        "DialBegin",
        "DialEnd",
        "Hangup",
        "Hold",
        "Unhold",
        "ContactStatus",
        "MixMonitorStart",
        "FullyBooted",
        "Shutdown",
    }
)
CHUNK_BYTES = 65536
ROUNDS = 7
PYST_EVENTS = 2000
"""pyst2 as shipped reads byte by byte: it gets the first events only, so that a run ends."""

QUEUE = QueueId("service")
START = datetime(2026, 11, 22, tzinfo=UTC)

Reader = Callable[[bytes], int]
"""Reads a stream and returns how many events came out of it."""


def ours_wanted(stream: bytes) -> int:
    protocol = AmiProtocol(WANTED)
    for start in range(0, len(stream), CHUNK_BYTES):
        protocol.feed(stream[start : start + CHUNK_BYTES])
    return protocol.seen


def ours_every_event_and_three_headers(stream: bytes) -> int:
    protocol, events = AmiProtocol(EVERY), 0
    for start in range(0, len(stream), CHUNK_BYTES):
        for message in protocol.feed(stream[start : start + CHUNK_BYTES]):
            if isinstance(message, AmiEvent):
                message.get("Channel")
                message.get("Uniqueid")
                message.get("Linkedid")
                events += 1
    return events


def panoramisk(stream: bytes) -> int:
    from panoramisk.ami_protocol import AMIProtocol  # noqa: PLC0415  # a peer, needed in this row only

    class Counting:
        save_stream = None
        events = 0

        def dispatch(self, event: object) -> None:
            self.events += 1

        def connection_lost(self, reason: object) -> None:
            raise AssertionError(reason)

    protocol, counting = AMIProtocol(), Counting()
    protocol.connection_made(None)
    protocol.factory, protocol.encoding = counting, "utf8"
    for start in range(0, len(stream), CHUNK_BYTES):
        protocol.data_received(stream[start : start + CHUNK_BYTES])
    return counting.events


def over_a_socket(stream: bytes, manager: Ami | Manager) -> int:
    """Let a Manager read the stream from a socket with its own threads and call one callback for each event."""
    listener = socket.create_server(("127.0.0.1", 0))
    total = stream.count(b"\r\n\r\nEvent: ")
    done = threading.Event()
    counted = 0

    def play() -> None:
        connection, _ = listener.accept()
        connection.sendall(stream)
        done.wait(120)
        connection.close()

    def count(_event: object, _manager: object) -> None:
        nonlocal counted
        counted += 1
        if counted == total:
            done.set()

    player = threading.Thread(target=play, daemon=True)
    player.start()
    manager.register_event("*", count)
    manager.connect("127.0.0.1", listener.getsockname()[1])
    if isinstance(manager, Ami):
        manager.release()
    done.wait(120)
    player.join()
    listener.close()
    return counted


def ours_over_a_socket(stream: bytes) -> int:
    return over_a_socket(stream, Ami())


def pyst2_over_a_socket(stream: bytes) -> int:
    """Read with pyst2 as it ships, unbuffered."""
    return over_a_socket(stream, Manager())


def without_channel_variables(stream: bytes, events: int) -> bytes:
    """Return the stream's start without the header and the texts at which pyst2 stops for ever (ChanVariable ...)."""
    blocks = stream.split(b"\r\n\r\n")[: events + 1]
    lines = (b"\r\n".join(line for line in block.split(b"\r\n") if b"ChanVariable" not in line) for block in blocks)
    text = b"\r\n\r\n".join(lines) + b"\r\n\r\n"
    for stopping in (b"status will follow", b"Response: Follows", b"--END COMMAND--"):
        text = text.replace(stopping, b"x")
    return text


def rates(readers: Mapping[str, tuple[Reader, bytes]]) -> dict[str, float]:
    """Return the median events a second of each reader; the rounds are interleaved, CPU time of this process."""
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(ROUNDS):
        for name, (reader, stream) in readers.items():
            gc.collect()
            before = time.process_time()
            events = reader(stream)
            seconds[name].append((time.process_time() - before) / events)
    return {name: 1 / statistics.median(each) for name, each in seconds.items()}


def busiest_second(house: bytes, everything: bytes) -> int:
    """Return the most events in one second that 100 calls at once make for our user: the rate of calls of the big
    recording (20 a second), times the events that one call of a house makes."""
    stamps = [
        message.get("Timestamp")
        for message in AmiProtocol(frozenset({"Hangup"})).feed(everything)
        if isinstance(message, AmiEvent)
    ]
    seconds = Counter(stamp.partition(".")[0] for stamp in stamps)
    calls = len({line for line in house.split(b"\r\n") if line.startswith(b"Call: ")})
    events = house.count(b"\r\n\r\nEvent: ")
    legs_a_call = 2
    return round(max(seconds.values()) / legs_a_call * events / calls)


class RecordedChoice:
    """Picks the agent whom the recording rings for a call, so that the engine walks the very path that was recorded."""

    def __init__(self, rings: Iterable[OfferRinging]) -> None:
        self._left = deque(ring.agent for ring in rings)

    def pick(self, agents: Iterable[Agent], now: datetime) -> Choice | None:
        """Return the next recorded agent when he or she is ready."""
        ready = {agent.id for agent in agents if agent.state is AgentState.READY}
        return Choice(self._left.popleft(), "recorded:0", ()) if self._left and self._left[0] in ready else None


def whole_path(stream: bytes) -> int:
    """Return how many events went through protocol, translation and engine, each call answered and wrapped up.

    What a flow's session would tell (the caller queues) and the wrap-up's end are posted to the engine in between, so
    the engine does more here than the events alone ask for.
    """
    seats = {AgentId(str(n)): Seat(AgentId(str(n)), str(n), str(n), (QUEUE,)) for n in range(8101, 8105)}
    agents = {seat.extension: agent for agent, seat in seats.items()}
    translator = Translator(agents.get, lambda: START)
    protocol = AmiProtocol(WANTED)
    facts = [translator.fact(message) for message in AmiProtocol(WANTED).feed(stream) if isinstance(message, AmiEvent)]
    arrived = {fact.call for fact in facts if isinstance(fact, CallArrived)}
    rings = [fact for fact in facts if isinstance(fact, OfferRinging) and fact.call in arrived]
    engine = Engine(
        Rules({QUEUE: QueueRule(QUEUE, "", "", wrap_up_seconds=0)}, seats, after_sign_in="ready"),
        lambda _: "",
        RecordedChoice(rings),
    )
    engine.handle(SwitchBack(START, 0), START)
    for agent in seats:
        engine.handle(SignIn(agent, "bench", PhoneKind.SIP), START)
    for start in range(0, len(stream), CHUNK_BYTES):
        for message in protocol.feed(stream[start : start + CHUNK_BYTES]):
            fact = translator.fact(message) if isinstance(message, AmiEvent) else None
            if fact is None:
                continue
            if isinstance(fact, OfferRinging) and fact.call in arrived:
                engine.handle(CallQueued(fact.at, fact.call, QUEUE), fact.at)
            result = engine.handle(fact, fact.at)
            for told in result.facts:
                if isinstance(told, TalkEnded):
                    engine.handle(TimerRang(f"wrapup:{told.agent}"), fact.at)
    answered = engine.floor.tallies.queue(QUEUE).answered
    assert answered == len(rings), (answered, len(rings))
    return protocol.seen


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    asyncio.set_event_loop(asyncio.new_event_loop())
    stream = ami_stream()
    readers: dict[str, tuple[Reader, bytes]] = {
        "ours_wanted": (ours_wanted, stream),
        "ours_every_event_3_headers": (ours_every_event_and_three_headers, stream),
        "panoramisk": (panoramisk, stream),
        "ours_over_a_socket": (ours_over_a_socket, stream),
        "pyst2_over_a_socket": (pyst2_over_a_socket, without_channel_variables(stream, PYST_EVENTS)),
    }
    readers["whole_path"] = (whole_path, house_stream())
    rate = rates(readers)
    peak = 2 * busiest_second(house_stream(), ami_stream())
    result = {
        "bench": "ami",
        "events_in_stream": ours_wanted(stream) - 1,
        "events_a_cpu_second": {name: round(value) for name, value in rate.items()},
        "cpu_us_an_event": {name: round(1e6 / value, 2) for name, value in rate.items()},
        "times_panoramisk": {name: round(value / rate["panoramisk"], 2) for name, value in rate.items()},
        "times_pyst2": {name: round(value / rate["pyst2_over_a_socket"], 1) for name, value in rate.items()},
        "target_times_panoramisk": 4,
        "peak_of_200_calls_events_a_second": peak,
        "whole_path_times_peak": round(rate["whole_path"] / peak, 1),
        "target_times_peak": 10,
        "rounds": ROUNDS,
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
