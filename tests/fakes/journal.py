"""A journal in memory with the manners of the real one; both pass `test_journal_contract.py`."""

from collections.abc import Iterable, Sequence

from callcenter.domain import events as e
from callcenter.service.ports import JournalRow


class MemoryJournal:
    """Implements `ports.Journal`. `rows` is everything that was appended."""

    def __init__(self, rows: Sequence[JournalRow] = ()) -> None:
        self.rows: list[JournalRow] = list(rows)

    def append(self, rows: Sequence[JournalRow]) -> None:
        for expected, row in enumerate(rows, self.last_seq() + 1):
            if row.seq != expected:
                raise ValueError(f"journal row {row.seq} where {expected} was due")
        self.rows.extend(rows)

    def last_seq(self) -> int:
        return self.rows[-1].seq if self.rows else 0

    def open_rows(self) -> Iterable[JournalRow]:
        live, calls, agents = _living(self.rows)
        agents |= _left_since(self.rows, live, agents)
        for row in self.rows:
            call, agent = getattr(row.event, "call", None), getattr(row.event, "agent", None)
            if call in calls or (call is None and agent in agents and row.seq >= agents[agent]):
                yield row


def _left_since(rows: Sequence[JournalRow], live: set[str], at_work: dict[str, int]) -> dict[str, int]:
    """Return, for agents who left but had to do with a live call, the seq of the sign-in under which they had."""
    signed_in: dict[str, int] = {}
    found: dict[str, int] = {}
    for row in rows:
        call, agent = getattr(row.event, "call", None), getattr(row.event, "agent", None)
        if isinstance(row.event, e.AgentSignedIn):
            signed_in[row.event.agent] = row.seq
        elif agent is not None and call in live and agent not in at_work:
            found.setdefault(agent, signed_in.get(agent, row.seq))
    return found


def _living(rows: Sequence[JournalRow]) -> tuple[set[str], set[str], dict[str, int]]:
    """Return the live calls, the calls whose facts are needed, and for each agent at work the seq of the sign-in."""
    live: set[str] = set()
    since: dict[str, int] = {}
    last_call: dict[str, str] = {}
    wrapping: dict[str, str] = {}
    for row in rows:
        match row.event:
            case e.CallArrived(call=call):
                live.add(call)
            case e.CallEnded(call=call):
                live.discard(call)
            case e.AgentSignedIn(agent=agent):
                since[agent] = row.seq
                last_call.pop(agent, None)
                wrapping.pop(agent, None)
            case e.AgentSignedOut(agent=agent):
                since.pop(agent, None)
                wrapping.pop(agent, None)
            case e.OfferMade(call=call, agent=agent) | e.OfferAnswered(call=call, agent=agent) if agent in since:
                last_call[agent] = call
            case e.TalkEnded(call=call, agent=agent) if agent in since:
                wrapping[agent] = call
            case e.WrapUpFinished(agent=agent):
                wrapping.pop(agent, None)
            case _:
                pass
    return live, live | {last_call[a] for a in since if a in last_call} | set(wrapping.values()), since
