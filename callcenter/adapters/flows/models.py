"""The shape of a flow file, checked by pydantic; turned into the domain's steps. Also the JSON schema for editors."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, field_validator
from pydantic_core import PydanticCustomError

from callcenter.domain.flow import condition_text
from callcenter.domain.flow import steps as s
from callcenter.domain.ids import QueueId, StepId

Name = Annotated[str, Field(pattern=r"^[A-Za-z_一-鿿][\w-]{0,63}$", description="步骤名 / name of a step")]
Label = Annotated[str, Field(max_length=40, description="给人看的名称 / name for people")]
Key = Annotated[str, Field(pattern=r"^[0-9*#]$", description="电话按键，加引号 / key of the phone, quoted")]
Condition = Annotated[
    str, Field(description='条件，如 due_fen > 0 and 08:30 <= time < 17:30, tier in ["gold"], "x" in flags')
]


class Part(BaseModel):
    """Closed and strict: a misspelt word or a number for a text is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _parsed(text: str) -> str:
    try:
        condition_text.parse(text)
    except condition_text.BadCondition as error:
        raise PydanticCustomError(
            "condition", "{en}", {"zh": error.zh, "en": error.en, "offset": error.offset}
        ) from error
    return text


class PromptModel(Part):
    """A prompt with a recording or a condition."""

    text: str
    recording: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")] = ""
    when: Condition | None = None

    _when = field_validator("when")(lambda text: text if text is None else _parsed(text))

    def to_prompt(self) -> s.Prompt:
        """Return the domain's value."""
        return s.Prompt(self.text, self.recording, condition_text.parse(self.when) if self.when else None)


def _prompt_shape(value: Any) -> str:
    if isinstance(value, dict | PromptModel):
        return "(prompt)"
    return "(list)" if isinstance(value, list) else "(text)"


OnePrompt = Annotated[
    Annotated[str, Tag("(text)")] | Annotated[PromptModel, Tag("(prompt)")], Discriminator(_prompt_shape)
]
Prompts = Annotated[
    Annotated[str, Tag("(text)")] | Annotated[PromptModel, Tag("(prompt)")] | Annotated[list[OnePrompt], Tag("(list)")],
    Discriminator(_prompt_shape),
    Field(description="要播放的话；{due_fen|money} 为带类型的变量 / what to say, with typed slots"),
]


def to_prompts(prompts: str | PromptModel | list[str | PromptModel]) -> s.Prompts:
    """Return the prompts of a field that may be one text or a list."""
    several = prompts if isinstance(prompts, list) else [prompts]
    return tuple(s.Prompt(item) if isinstance(item, str) else item.to_prompt() for item in several)


class SayModel(Part):
    """播放 / say something."""

    do: Literal["say"]
    label: Label = ""
    say: Prompts
    barge_in: bool = True
    next: Name

    def to_step(self, name: StepId) -> s.Step:
        """Return the domain's step."""
        return s.Say(
            id=name, label=self.label, say=to_prompts(self.say), next=StepId(self.next), barge_in=self.barge_in
        )


class ChoiceModel(Part):
    """What a key means."""

    label: Annotated[Label, Field(min_length=1)]
    goto: Name


class QuestionModel(Part):
    """What menu and gather share."""

    label: Label = ""
    say: Prompts
    on_wrong: Prompts
    on_silence: Prompts
    on_failure: Name
    tries: Annotated[int, Field(ge=1, le=5)] = 3
    timeout_seconds: Annotated[float, Field(ge=1, le=30, strict=False)] = 5
    barge_in: bool = True


class MenuModel(QuestionModel):
    """菜单 / menu."""

    do: Literal["menu"]
    choices: Annotated[dict[Key, ChoiceModel], Field(min_length=1)]

    def to_step(self, name: StepId) -> s.Step:
        """Return the domain's step."""
        return s.Menu(
            id=name,
            label=self.label,
            say=to_prompts(self.say),
            on_wrong=to_prompts(self.on_wrong),
            on_silence=to_prompts(self.on_silence),
            on_failure=StepId(self.on_failure),
            tries=self.tries,
            timeout_seconds=self.timeout_seconds,
            barge_in=self.barge_in,
            choices={key: s.Choice(choice.label, StepId(choice.goto)) for key, choice in self.choices.items()},
        )


class GatherModel(QuestionModel):
    """收号 / gather digits."""

    do: Literal["gather"]
    into: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    min_digits: Annotated[int, Field(ge=1, le=32)]
    max_digits: Annotated[int, Field(ge=1, le=32)]
    finish: Literal["#", "*", ""] = "#"
    secret: bool = False
    next: Name

    def to_step(self, name: StepId) -> s.Step:
        """Return the domain's step."""
        return s.Gather(
            id=name,
            label=self.label,
            say=to_prompts(self.say),
            on_wrong=to_prompts(self.on_wrong),
            on_silence=to_prompts(self.on_silence),
            on_failure=StepId(self.on_failure),
            tries=self.tries,
            timeout_seconds=self.timeout_seconds,
            barge_in=self.barge_in,
            into=self.into,
            min_digits=self.min_digits,
            max_digits=self.max_digits,
            finish=self.finish,
            secret=self.secret,
            next=StepId(self.next),
        )


class LookupModel(Part):
    """查找客户 / find the customer."""

    do: Literal["lookup"]
    label: Label = ""
    by: Literal["number", "account"]
    key: Annotated[str, Field(description="按户号查时，存放所按号码的变量 / the gathered fact for by: account")] = (
        "number"
    )
    found: Name
    not_found: Name
    several: Annotated[Name | None, Field(description="省略则同 not_found / as not_found when left out")] = None
    away: Name

    def to_step(self, name: StepId) -> s.Step:
        """Return the domain's step."""
        return s.Lookup(
            id=name,
            label=self.label,
            by=self.by,
            key=self.key,
            found=StepId(self.found),
            not_found=StepId(self.not_found),
            several=StepId(self.several or self.not_found),
            away=StepId(self.away),
        )


class CaseModel(Part):
    """One way out of a branch."""

    when: Condition
    goto: Name

    _when = field_validator("when")(_parsed)


class BranchModel(Part):
    """分支 / branch."""

    do: Literal["branch"]
    label: Label = ""
    cases: Annotated[list[CaseModel], Field(min_length=1)]
    otherwise: Name

    def to_step(self, name: StepId) -> s.Step:
        """Return the domain's step."""
        cases = tuple(s.Case(condition_text.parse(case.when), StepId(case.goto)) for case in self.cases)
        return s.Branch(id=name, label=self.label, cases=cases, otherwise=StepId(self.otherwise))


class AnnounceModel(Part):
    """排队播报 / said again and again while waiting; `place` and `ahead` are known here."""

    say: Prompts
    every_seconds: Annotated[float, Field(ge=10, le=600, strict=False)] = 30


class QueueModel(Part):
    """排队 / wait for an agent."""

    do: Literal["queue"]
    label: Label = ""
    queue: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    priority: Annotated[int, Field(ge=0, le=100, description="越大越先 / higher goes first")] = 0
    say: Prompts | None = None
    announce: AnnounceModel | None = None
    music: bool = True

    def to_step(self, name: StepId) -> s.Step:
        """Return the domain's step."""
        return s.Queue(
            id=name,
            label=self.label,
            queue=QueueId(self.queue),
            priority=self.priority,
            say=to_prompts(self.say) if self.say is not None else (),
            announce=to_prompts(self.announce.say) if self.announce else (),
            every_seconds=self.announce.every_seconds if self.announce else 30,
            music=self.music,
        )


class ServedModel(Part):
    """已自助办结 / the caller got what the call was for."""

    do: Literal["served"]
    label: Label = ""
    service: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    next: Name

    def to_step(self, name: StepId) -> s.Step:
        """Return the domain's step."""
        return s.Served(id=name, label=self.label, service=self.service, next=StepId(self.next))


class GotoModel(Part):
    """跳转 / go on elsewhere."""

    do: Literal["goto"]
    label: Label = ""
    goto: Name

    def to_step(self, name: StepId) -> s.Step:
        """Return the domain's step."""
        return s.Goto(id=name, label=self.label, goto=StepId(self.goto))


class HangUpModel(Part):
    """结束 / say goodbye and end."""

    do: Literal["hangup"]
    label: Label = ""
    say: Prompts | None = None

    def to_step(self, name: StepId) -> s.Step:
        """Return the domain's step."""
        return s.HangUp(id=name, label=self.label, say=to_prompts(self.say) if self.say is not None else ())


StepModel = Annotated[
    SayModel | MenuModel | GatherModel | LookupModel | BranchModel | QueueModel | ServedModel | GotoModel | HangUpModel,
    Field(discriminator="do"),
]


class FlowModel(Part):
    """一个流程文件 / one flow file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, title="IVR flow")

    flow: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,31}$", description="流程代码 / id of the flow")]
    label: Label = ""
    start: Name
    steps: Annotated[dict[Name, StepModel], Field(min_length=1, max_length=500)]


STEP_MODELS: Final[Mapping[str, type[Part]]] = {
    "say": SayModel,
    "menu": MenuModel,
    "gather": GatherModel,
    "lookup": LookupModel,
    "branch": BranchModel,
    "queue": QueueModel,
    "served": ServedModel,
    "goto": GotoModel,
    "hangup": HangUpModel,
}

_PARTS: Final[Mapping[str, type[Part]]] = {
    "(prompt)": PromptModel,
    "choices": ChoiceModel,
    "cases": CaseModel,
    "announce": AnnounceModel,
}


def words_at(loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """Return the words of the language that may stand where pydantic's path `loc` ends."""
    if len(loc) == 1:
        return tuple(FlowModel.model_fields)
    if len(loc) == 4 and loc[2] in STEP_MODELS:
        return tuple(STEP_MODELS[str(loc[2])].model_fields)
    part = next((_PARTS[word] for word in reversed(loc) if isinstance(word, str) and word in _PARTS), None)
    return tuple(part.model_fields) if part else ()


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of a flow file, for editors that complete and check YAML."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **FlowModel.model_json_schema()}
