"""One sample of every fact, made from the types of its fields."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from callcenter.domain import events as e
from callcenter.domain.ids import AgentId, CallId, ChannelName

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
CALL, AGENT, PHONE = CallId("1763600000.1"), AgentId("8001"), ChannelName("PJSIP/8001-00000001")


def sample(kind: type[e.Event]) -> Any:
    """Return a fact of the class, with a value of the right type in every field."""
    return kind(**{field.name: _value(field.name, field.type) for field in fields(kind)})


def _value(name: str, kind: Any) -> Any:
    known: dict[str, Any] = {"at": NOW, "until": NOW + timedelta(seconds=30), "call": CALL, "agent": AGENT}
    if name in known:
        return known[name]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return list(kind)[-1]
    if kind in (int, bool):
        return kind(1)
    return ("8002:busy", "8003:no_phone") if str(kind).startswith("tuple") else "abc 中文"
