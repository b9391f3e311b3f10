"""Gives waiting callers to ready agents, longest wait first, until one of the two runs out."""

from datetime import timedelta

from callcenter.domain import events as e
from callcenter.domain.call import CallState
from callcenter.domain.ids import CallId, QueueId
from callcenter.domain.orders import ConnectCaller, StartTimer
from callcenter.domain.routing import Choice, Policy, can_ring
from callcenter.service.calls import OFFER_GRACE_SECONDS
from callcenter.service.turn import Turn


def distribute(turn: Turn, policy: Policy) -> None:
    """Tell and order every offer that can be made now. Nothing is offered while the switch is out of sight."""
    if not turn.floor.switch_up:
        return
    queues = [queue for queue in turn.floor.queues.values() if queue.line and queue.agents]
    ready = {agent.id for agent in turn.floor.agents.values() if can_ring(agent)} if queues else set()
    queues = [queue for queue in queues if not ready.isdisjoint(queue.agents)]
    places = sorted((place, queue.id) for queue in queues for place in queue.line)
    for place, queue_id in places:
        if not ready:
            return
        call = turn.floor.calls[place.call]
        if ready.isdisjoint(turn.floor.queue(queue_id).agents):
            continue
        if call.state is not CallState.WAITING or call.id in turn.floor.suspects:
            continue
        team = (turn.agent(agent) for agent in turn.floor.queue(queue_id).agents)
        choice = policy.pick(team, turn.now)
        if choice is not None:
            ready.discard(choice.agent)
            _offer(turn, place.call, queue_id, choice)


def _offer(turn: Turn, call_id: CallId, queue_id: QueueId, choice: Choice) -> None:
    call, agent = turn.floor.calls[call_id], turn.agent(choice.agent)
    ring_seconds = turn.floor.rules.queue(queue_id).ring_seconds
    turn.tell(e.OfferMade(turn.now, call_id, agent.id, queue_id, choice.why, choice.passed_over))
    turn.order(
        ConnectCaller(call_id, call.channel, agent.id, agent.extension, ring_seconds),
        StartTimer(f"offer:{call_id}", turn.now + timedelta(seconds=ring_seconds + OFFER_GRACE_SECONDS)),
    )
