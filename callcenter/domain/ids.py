"""Identities as values: no bare string crosses a port."""

from typing import NewType

CallId = NewType("CallId", str)
"""The `Uniqueid` of the caller's channel on the switch; kept over every leg, redirect and restart."""

AgentId = NewType("AgentId", str)
"""工号, the number that an agent signs in with; also the name of the agent's phone on the switch."""

QueueId = NewType("QueueId", str)
"""技能组 code, as a pack names it (`repair`, `billing`)."""

CustomerId = NewType("CustomerId", int)
"""Primary key of a customer in the database."""

StepId = NewType("StepId", str)
"""Name of a step inside a flow, unique within that flow."""

ChannelName = NewType("ChannelName", str)
"""Asterisk channel name, such as `PJSIP/8001-0000002a`; valid until that channel hangs up."""
