"""One caller on a line: what is told, in which order, what is marked on the channel, and how a session ends."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callcenter.domain import events as e
from callcenter.domain.customer import Customer, PastCall
from callcenter.domain.flow import steps as s
from callcenter.domain.flow.condition_text import parse
from callcenter.domain.ids import CallId, ChannelName, CustomerId, QueueId, StepId
from callcenter.service.ivr import Resume, Visit, resume_of, serve_call
from callcenter.service.ports import CallerGone, RecordsAway, SoundMissing, SpeechFailed

START = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ZHANG = Customer(CustomerId(7), "张三", "1000000001", due_fen=100205, due_on="2026-11-27")


class Line:
    """A caller made of a list of keys; each command is kept. The caller leaves when the keys are used up."""

    call = CallId("1700000000.1")
    channel = ChannelName("PJSIP/trunk-00000001")
    number = "+8613800138000"
    name = "张"
    dialed = "96000"

    def __init__(self, keys: Sequence[str] = (), variables: dict[str, str] | None = None) -> None:
        self.done: list[str] = []
        self.variables = dict(variables or {})
        self.now = START
        self._keys = list(keys)
        self.gone_at = ""

    def clock(self) -> datetime:
        return self.now

    def _do(self, command: str) -> None:
        if self.gone_at and command.startswith(self.gone_at):
            raise CallerGone
        self.done.append(command)

    def play(self, path: str, stop_keys: str = "") -> str:
        self._do(f"play {path}")
        return self._keys.pop(0)[1:] if stop_keys and self._keys and self._keys[0].startswith("!") else ""

    def wait_key(self, seconds: float) -> str:
        self._do(f"wait {seconds:g}")
        if not self._keys:
            raise CallerGone
        key = self._keys.pop(0)
        self.now += timedelta(seconds=0.5 if key else seconds)
        return key

    def music(self, on: bool) -> None:
        self._do(f"music {'on' if on else 'off'}")

    def get(self, name: str) -> str:
        return self.variables.get(name, "")

    def put(self, name: str, value: str) -> None:
        self._do(f"put {name}={value}")
        self.variables[name] = value

    def record(self, path: str, seconds: int, stop_keys: str = "#") -> int:
        raise AssertionError("nothing is recorded here")

    def hang_up(self) -> None:
        raise AssertionError("the dialplan hangs up")


class Records:
    """Customers by number and account; `away` makes every question fail."""

    def __init__(self, *customers: Customer, away: bool = False) -> None:
        self._customers, self._away = customers, away
        self.asked: list[str] = []

    def _all(self, question: str) -> tuple[Customer, ...]:
        self.asked.append(question)
        if self._away:
            raise RecordsAway
        return self._customers

    def customer(self, customer: CustomerId) -> Customer | None:
        return next((c for c in self._all(f"id {customer}") if c.id == customer), None)

    def customers_by_number(self, number: str, limit: int = 5) -> Sequence[Customer]:
        return self._all(f"number {number}")[:limit]

    def customer_by_account(self, account: str) -> Customer | None:
        return next((c for c in self._all(f"account {account}") if c.account == account), None)

    def past_calls(self, customer: CustomerId, limit: int = 5) -> Sequence[PastCall]:
        raise AssertionError("a flow reads no history")


class Voice:
    """Path = words; texts in `mute` cannot be rendered."""

    def __init__(self, *mute: str) -> None:
        self._mute = mute

    def prompt(self, text: str) -> str:
        if text in self._mute:
            raise SpeechFailed("no voice")
        return text


def words(*texts: str) -> s.Prompts:
    return tuple(s.Prompt(text) for text in texts)


def sid(name: str) -> StepId:
    return StepId(name)


def flow() -> s.Flow:
    ask = {"on_wrong": words("错"), "on_silence": words("静"), "on_failure": sid("bye")}
    steps: list[s.Step] = [
        s.Say(id=sid("hello"), label="问候", say=words("您好"), next=sid("main")),
        s.Menu(
            id=sid("main"),
            label="主菜单",
            say=words("菜单"),
            choices={
                "1": s.Choice("气费查询", sid("find")),
                "2": s.Choice("人工", sid("line")),
                "3": s.Choice("户号", sid("ask")),
            },
            **ask,  # type: ignore[arg-type]
        ),
        s.Lookup(
            id=sid("find"),
            by="number",
            key="number",
            found=sid("due"),
            not_found=sid("none"),
            several=sid("many"),
            away=sid("away"),
        ),
        s.Gather(
            id=sid("ask"),
            label="户号",
            say=words("请输入"),
            into="keyed",
            min_digits=10,
            max_digits=10,
            next=sid("byacc"),
            **ask,
        ),  # type: ignore[arg-type]
        s.Lookup(
            id=sid("byacc"),
            by="account",
            key="keyed",
            found=sid("due"),
            not_found=sid("none"),
            several=sid("many"),
            away=sid("away"),
        ),
        s.Say(id=sid("due"), label="播报", say=words("应缴{due_fen|money}"), next=sid("done")),
        s.Served(id=sid("done"), service="balance", next=sid("main")),
        *(s.Say(id=sid(name), say=words(name), next=sid("line")) for name in ("none", "many", "away")),
        s.Queue(
            id=sid("line"),
            label="排队",
            queue=QueueId("service"),
            priority=9,
            say=words("请稍候"),
            announce=(s.Prompt("忙"), s.Prompt("前面{ahead|count}位", when=parse("ahead > 0"))),
            every_seconds=20,
        ),
        s.HangUp(id=sid("bye"), label="再见", say=words("再见")),
    ]
    return s.Flow("gas", "燃气", sid("hello"), {step.id: step for step in steps})


def served(
    line: Line,
    records: Records | None = None,
    voice: Voice | None = None,
    resume: Resume | None = None,
    place: Callable[[CallId], int | None] = lambda _: None,
) -> tuple[Visit, list[e.Event]]:
    told: list[e.Event] = []
    visit = serve_call(line, flow(), records or Records(), voice or Voice(), told.append, line.clock, resume, place)
    return visit, told


def kinds(told: Sequence[e.Event]) -> list[str]:
    return [e.kind_of(fact) for fact in told]


def test_caller_hears_the_balance_and_hangs_up_as_served() -> None:
    line = Line(["1"])
    visit, told = served(line, Records(ZHANG))
    assert visit == Visit(False, 0)
    assert told[0] == e.CallArrived(START, line.call, line.channel, line.number, "张", "96000")
    assert kinds(told) == [
        "call_arrived", "step_entered", "step_entered", "keys_pressed", "step_entered", "customer_identified",
        "step_entered", "call_served", "step_entered",
    ]  # fmt: skip
    assert e.KeysPressed(line.now, line.call, sid("main"), "1", "气费查询") in told
    assert e.CustomerIdentified(line.now, line.call, CustomerId(7), "number") in told
    assert "play 应缴一千零二元零五分" in line.done
    assert line.variables["CC_CUSTOMER"] == "7"


def test_a_menu_costs_three_commands_and_a_key_during_the_prompt_two() -> None:
    slow, quick = Line(["1"]), Line(["!1"])
    served(slow, resume=Resume(step=sid("main")), records=Records(away=True))
    served(quick, resume=Resume(step=sid("main")), records=Records(away=True))
    assert slow.done[:3] == ["put CC_STEP=main", "play 菜单", "wait 5"]
    assert quick.done[:3] == ["put CC_STEP=main", "play 菜单", "play away"]


def test_asking_again_marks_the_step_only_once() -> None:
    line = Line(["", "9", ""])
    visit, _ = served(line)
    assert line.done.count("put CC_STEP=main") == 1
    assert visit.finished
    assert line.done[-2:] == ["play 再见", "put CC_NEXT=hangup"]


def test_waiting_is_marked_on_the_channel_before_it_is_told_and_told_once() -> None:
    line = Line(["2", "", "5", ""])
    log: list[str] = line.done
    told: list[e.Event] = []

    def tell(fact: e.Event) -> None:
        told.append(fact)
        log.append(e.kind_of(fact))

    serve_call(line, flow(), Records(), Voice(), tell, line.clock)
    queued = log.index("call_queued")
    assert log[queued - 2 : queued] == ["put CC_STEP=line", "put CC_QUEUE=service"]
    assert log[queued + 1 : queued + 4] == ["play 请稍候", "music on", "wait 20"]
    assert log.count("call_queued") == 1
    assert e.CallQueued(START + timedelta(seconds=0.5), line.call, QueueId("service"), 9) in told


def test_announcements_come_every_so_often_and_keys_do_not_hasten_them() -> None:
    line = Line(["2", "5", "6", "", ""])
    served(line, place=lambda _: 3)
    assert line.done[line.done.index("music on") :] == [
        "music on", "wait 20", "wait 19.5", "wait 19", "music off", "play 忙", "play 前面两位", "music on",
        "wait 20", "music off", "play 忙", "play 前面两位", "music on", "wait 20",
    ]  # fmt: skip


def test_without_a_known_place_only_what_is_true_is_announced() -> None:
    line = Line(["2", ""])
    visit, _ = served(line)
    assert line.done[-5:] == ["wait 20", "music off", "play 忙", "music on", "wait 20"]
    assert visit.broken_prompts == 0


def test_a_caller_who_comes_back_from_an_unanswered_offer_waits_at_once() -> None:
    line = Line([""])
    visit, told = served(line, resume=Resume(QueueId("service"), sid("line")))
    assert told == [e.CallReturned(START, line.call, line.channel)]
    assert line.done[:2] == ["music on", "wait 20"]
    assert not visit.finished


def test_after_a_restart_a_caller_goes_on_at_the_same_question() -> None:
    line = Line(["2"])
    _, told = served(line, resume=Resume(step=sid("main")))
    assert kinds(told)[:3] == ["call_returned", "step_entered", "keys_pressed"]
    assert "play 您好" not in line.done


@pytest.mark.parametrize("records", [Records(ZHANG), Records(), Records(away=True)])
def test_after_a_restart_the_customer_is_read_again_if_possible(records: Records) -> None:
    line = Line([])
    served(line, records, resume=Resume(step=sid("main"), customer=CustomerId(7)))
    assert records.asked == ["id 7"]
    assert "play 菜单" in line.done


@pytest.mark.parametrize(
    ("variables", "resume"),
    [
        ({}, None),
        ({"CC_STEP": "main"}, Resume(None, sid("main"))),
        ({"CC_STEP": "main", "CC_CUSTOMER": "7"}, Resume(None, sid("main"), CustomerId(7))),
        ({"CC_STEP": "main", "CC_CUSTOMER": "x"}, Resume(None, sid("main"))),
        ({"CC_STEP": "line", "CC_QUEUE": "service"}, Resume(QueueId("service"), sid("line"))),
    ],
)
def test_what_an_earlier_session_left_is_read_from_the_channel(
    variables: dict[str, str], resume: Resume | None
) -> None:
    assert resume_of(Line(variables=variables)) == resume


def test_a_fault_that_is_no_missing_sound_is_not_hidden() -> None:
    class Broken(Line):
        def play(self, path: str, stop_keys: str = "") -> str:
            raise OSError("no such file")

    with pytest.raises(OSError, match="no such file"):
        served(Broken())


def test_a_session_leaves_what_the_next_one_reads() -> None:
    line = Line(["1", "2"])
    served(line, Records(ZHANG))
    assert resume_of(line) == Resume(QueueId("service"), sid("line"), CustomerId(7))


@pytest.mark.parametrize(
    ("records", "heard"),
    [
        (Records(), "none"),
        (Records(ZHANG, Customer(CustomerId(8), "李四", "2")), "many"),
        (Records(away=True), "away"),
    ],
)
def test_when_the_caller_is_not_known_or_the_records_are_away_the_call_goes_on(records: Records, heard: str) -> None:
    line = Line(["1", ""])
    _, told = served(line, records)
    assert f"play {heard}" in line.done
    assert "call_queued" in kinds(told)
    assert "customer_identified" not in kinds(told)


def test_a_prompt_that_cannot_be_spoken_is_left_out_and_counted() -> None:
    line = Line(["2"])
    visit, told = served(line, voice=Voice("您好", "菜单"))
    assert visit.broken_prompts == 2
    assert "call_queued" in kinds(told)


def test_a_file_that_the_switch_cannot_play_is_left_out_and_the_call_goes_on() -> None:
    class Deaf(Line):
        def play(self, path: str, stop_keys: str = "") -> str:
            if path == "菜单":
                raise SoundMissing("no such file")
            return super().play(path, stop_keys)

    line = Deaf(["2"])
    visit, told = served(line)
    assert visit.broken_prompts == 1
    assert "call_queued" in kinds(told)


def test_an_account_is_keyed_in_with_its_finish_key() -> None:
    line, records = Line(["3", *"1000000001#"]), Records(ZHANG)
    _, told = served(line, records)
    assert records.asked == ["account 1000000001"]
    assert "play 应缴一千零二元零五分" in line.done
    assert [fact.keys for fact in told if isinstance(fact, e.KeysPressed)] == ["3", "1000000001"]


def test_the_finish_key_is_awaited_shortly_after_the_last_digit_and_may_be_left_out() -> None:
    line, records = Line(["3", *"1000000001", ""]), Records(ZHANG)
    served(line, records)
    assert records.asked == ["account 1000000001"]
    assert "wait 1.5" in line.done


def test_digits_too_many_do_not_spill_into_the_next_prompt() -> None:
    line = Line(["3", *"100000000199#"])
    _, told = served(line)
    assert [fact.meaning for fact in told if isinstance(fact, e.KeysPressed)] == ["户号", "位数不符"]
    assert line.done[-3:] == ["play 错", "play 请输入", "wait 5"]


def test_the_first_digit_may_cut_the_prompt_short() -> None:
    line, records = Line(["3", "!1", *"000000001#"]), Records(ZHANG)
    served(line, records)
    assert records.asked == ["account 1000000001"]


@pytest.mark.parametrize(
    "command", ["play 您好", "play 菜单", "put CC_STEP", "wait", "put CC_QUEUE", "music on", "put CC_CUSTOMER"]
)
def test_a_caller_may_leave_at_any_command(command: str) -> None:
    line = Line(["1", "2"])
    line.gone_at = command
    visit, told = served(line, Records(ZHANG))
    assert not visit.finished
    assert kinds(told)[0] == "call_arrived"
    assert "CC_NEXT" not in line.variables
