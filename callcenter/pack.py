"""An organisation's working rules as data: `config/packs/<pack>/pack.yaml`, checked once, frozen."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from callcenter.domain.ids import AgentId, QueueId
from callcenter.service.rules import QueueRule, Rules, Seat
from callcenter.settings import SettingsError


class Entry(BaseModel):
    """Closed and frozen: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Entry):
    """One text in both languages."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class Code(Entry):
    """A code that people choose, with its words; `children` make a tree."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9_.-]{1,64}$")]
    label: Words
    children: tuple["Code", ...] = ()


class QueueEntry(Entry):
    """A queue (技能组). Seconds."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    name: Words
    ring_seconds: Annotated[int, Field(ge=5, le=120)] = 20
    wrap_up_seconds: Annotated[int, Field(ge=0, le=300)] = 30
    short_abandon_seconds: Annotated[int, Field(ge=0, le=60)] = 5
    service_level_seconds: Annotated[int, Field(ge=1, le=600)] = 20
    service_level_target: Annotated[float, Field(gt=0, le=1)] = 0.8


class SeatEntry(Entry):
    """A seat (座席): who sits there and what it answers."""

    agent: Annotated[str, Field(pattern=r"^[0-9]{2,10}$")]
    name: Annotated[str, Field(min_length=1, max_length=40)]
    extension: Annotated[str, Field(pattern=r"^[0-9]{2,10}$")]
    queues: tuple[str, ...]
    sip_contact: str = ""
    """Where a SIP phone that does not register is reached (`sip:10.0.0.7:5060`); empty for every other phone."""


class Pack(Entry):
    """One organisation."""

    id: str
    organisation: Words
    hotline: Annotated[str, Field(pattern=r"^[0-9]{3,15}$")]
    flow: str = "main"
    after_sign_in: Literal["ready", "busy"] = "busy"
    queues: Annotated[tuple[QueueEntry, ...], Field(min_length=1)]
    seats: tuple[SeatEntry, ...] = ()
    duty_extensions: tuple[str, ...] = ()
    busy_reasons: tuple[Code, ...] = ()
    break_reasons: tuple[Code, ...] = ()
    wrap_up_codes: Annotated[tuple[Code, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_together(self) -> "Pack":
        queues = {queue.id for queue in self.queues}
        for seat in self.seats:
            if missing := set(seat.queues) - queues:
                raise ValueError(f"座席 {seat.agent} 的队列不存在 / seat {seat.agent} names unknown queues: {missing}")
        extensions = [seat.extension for seat in self.seats]
        if len(set(extensions)) != len(extensions):
            raise ValueError("分机重复，请为每个座席分配不同分机 / two seats share an extension; give each its own")
        if missing := set(self.duty_extensions) - set(extensions):
            raise ValueError(f"值班分机不属于任何座席 / duty extensions of no seat: {missing}")
        return self

    def rules(self) -> Rules:
        """Return what the engine needs."""
        return Rules(
            queues={
                QueueId(q.id): QueueRule(
                    QueueId(q.id),
                    q.name.zh,
                    q.name.en,
                    q.ring_seconds,
                    q.wrap_up_seconds,
                    q.short_abandon_seconds,
                    q.service_level_seconds,
                    q.service_level_target,
                )
                for q in self.queues
            },
            seats={
                AgentId(s.agent): Seat(AgentId(s.agent), s.name, s.extension, tuple(map(QueueId, s.queues)))
                for s in self.seats
            },
            busy_reasons=_leaves(self.busy_reasons),
            break_reasons=_leaves(self.break_reasons),
            wrap_up_codes=_leaves(self.wrap_up_codes),
            after_sign_in=self.after_sign_in,
        )


def load(path: Path) -> Pack:
    """Return the pack of a file.

    Raises:
        SettingsError: the file is missing or wrong; every fault is named with its place.
    """
    try:
        tree = YAML(typ="safe").load(path.read_text("utf-8"))
        return Pack.model_validate(tree)
    except FileNotFoundError:
        raise SettingsError(f"找不到配置包 {path}，请检查 pack 设置 / pack {path} not found, check `pack`") from None
    except YAMLError as fault:
        raise SettingsError(f"{path}: YAML 有误，请改正 / broken YAML, mend it: {fault}") from None
    except ValidationError as faults:
        lines = [f"  {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults.errors()]
        raise SettingsError("\n".join([f"{path}: 配置包有误，请改正 / pack refused, mend:", *lines])) from None


def _leaves(codes: tuple[Code, ...]) -> frozenset[str]:
    found: set[str] = set()
    for code in codes:
        found |= _leaves(code.children) if code.children else {code.code}
    return frozenset(found)
