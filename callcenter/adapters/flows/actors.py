"""The actors of a transcript: a caller with a script, records made of a test's customers, a voice of words only."""

from collections.abc import Callable, Mapping, Sequence

from callcenter.adapters.flows.scripts import CustomerModel
from callcenter.domain.customer import Customer, PastCall
from callcenter.domain.ids import CallId, ChannelName, CustomerId
from callcenter.service.ports import CallerGone, RecordsAway

SILENCE = "silence"
PAUSE = "\n"
"""The caller stops pressing: ends a number that has no finish key."""

Known = Mapping[str, tuple[CustomerModel, Customer]]
"""Name in the test file -> what the file says, and the customer that the records give."""


class ScriptedLine:
    """A caller who follows a script and hangs up at its end. What is played is the words themselves."""

    call = CallId("test.1")
    channel = ChannelName("Test/caller")
    name = ""
    dialed = "96000"

    def __init__(self, number: str, presses: Sequence[str]) -> None:
        self.number = number
        self.heard: list[str] = []
        self.variables: dict[str, str] = {}
        self._answers = list(presses)
        self._keys = ""

    @property
    def left(self) -> list[str]:
        """Return what the caller wanted to press and could not."""
        return self._answers

    def play(self, path: str, stop_keys: str = "") -> str:
        """Keep the words; a key that is left from before, or `!key` in the script, cuts them short."""
        self.heard.append(path)
        self._keys = self._keys.removesuffix(PAUSE)
        if not stop_keys:
            return ""
        if not self._keys and self._answers and self._answers[0].startswith("!"):
            self._keys = self._answers.pop(0)[1:]
        key, self._keys = self._keys[:1], self._keys[1:]
        return key

    def wait_key(self, seconds: float) -> str:
        """Return the next key of the script, '' for a silence. Raises CallerGone at the script's end."""
        if not self._keys:
            if not self._answers:
                raise CallerGone
            answer = self._answers.pop(0).removeprefix("!")
            if answer == SILENCE:
                return ""
            self._keys = answer + PAUSE
        key, self._keys = self._keys[0], self._keys[1:]
        return "" if key == PAUSE else key

    def music(self, on: bool) -> None:
        """Keep nothing: the wait is not part of the transcript."""

    def get(self, name: str) -> str:
        """Return what was put."""
        return self.variables.get(name, "")

    def put(self, name: str, value: str) -> None:
        """Keep the variable."""
        self.variables[name] = value

    def record(self, path: str, seconds: int, stop_keys: str = "#") -> int:
        """Record nothing."""
        return 0

    def hang_up(self) -> None:
        """End the script."""
        raise CallerGone


class ScriptedRecords:
    """The customers of a test file."""

    def __init__(self, customers: Known, state: str) -> None:
        self._customers, self._away = list(customers.values()), state == "away"

    def _matching(self, fits: Callable[[CustomerModel], bool]) -> list[Customer]:
        if self._away:
            raise RecordsAway
        return [customer for model, customer in self._customers if fits(model)]

    def customer(self, customer: CustomerId) -> Customer | None:
        """Return by id."""
        return next((known for known in self._matching(lambda _: True) if known.id == customer), None)

    def customers_by_number(self, number: str, limit: int = 5) -> Sequence[Customer]:
        """Return by number."""
        return self._matching(lambda model: number in model.numbers)[:limit]

    def customer_by_account(self, account: str) -> Customer | None:
        """Return by account."""
        return next(iter(self._matching(lambda model: model.account == account)), None)

    def past_calls(self, customer: CustomerId, limit: int = 5) -> Sequence[PastCall]:
        """Return nothing."""
        return ()


class WordsOnly:
    """A voice that renders nothing: the path is the text."""

    def prompt(self, text: str) -> str:
        """Return the text."""
        return text
