"""The shape of a `*.test.yaml`: customers, and tests that say what is pressed, heard, told, and how the call ends."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from callcenter.domain.customer import Customer
from callcenter.domain.ids import CustomerId


class Part(BaseModel):
    """Closed and strict."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CustomerModel(Part):
    """A customer as the records would give it."""

    numbers: list[str] = []
    account: str = ""
    tier: str = ""
    flags: list[str] = []
    due_fen: int | None = None
    due_on: str = ""

    def to_customer(self, number: int, name: str) -> Customer:
        """Return the domain's value."""
        return Customer(
            CustomerId(number),
            name,
            self.account,
            tier=self.tier,
            flags=tuple(self.flags),
            due_fen=self.due_fen,
            due_on=self.due_on,
        )


class EndModel(Part):
    """Exactly one of: waiting in `queue`, or hung up by the flow, or gone (the script ended in the middle)."""

    queue: str = ""
    priority: int | None = None
    hangup: bool = False
    gone: bool = False


class CaseModel(Part):
    """One test. `presses` answer the questions in order: keys, `silence`, or `!2` for a key during a prompt."""

    at: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$")] = "2026-11-20 10:00"
    caller: str = "+8613900000000"
    records: Literal["up", "away"] = "up"
    presses: list[str] = []
    hears: list[str] = []
    never_hears: list[str] = []
    tells: list[str] = []
    served: list[str] = []
    ends: EndModel


class ScriptModel(Part):
    """A whole test file."""

    flow: str
    customers: dict[str, CustomerModel] = {}
    tests: Annotated[dict[str, CaseModel], Field(min_length=1)]


def words_at(loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """Return the words of a test file that may stand where pydantic's path `loc` ends."""
    match loc:
        case (_,):
            return tuple(ScriptModel.model_fields)
        case ("tests", _, _):
            return tuple(CaseModel.model_fields)
        case ("tests", _, "ends", _):
            return tuple(EndModel.model_fields)
        case ("customers", _, _):
            return tuple(CustomerModel.model_fields)
        case _:
            return ()
