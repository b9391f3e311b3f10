"""The interpreter: a menu, a gather, a lookup told as histories; and for random flows that a caller is never stuck."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from callcenter.domain.customer import Customer
from callcenter.domain.errors import IllegalMove
from callcenter.domain.flow import acts as a
from callcenter.domain.flow import steps as s
from callcenter.domain.flow.checker import check
from callcenter.domain.flow.condition_text import parse
from callcenter.domain.flow.facts import arrival_facts, customer_facts, waiting_facts
from callcenter.domain.flow.interpreter import MOST_IDLE_STEPS, advance, begin, wait_again
from callcenter.domain.ids import CustomerId, QueueId, StepId

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
"""A busy machine is no fault of the code."""

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ARRIVED = arrival_facts("+8613800138000", "96000", NOW)
ZHANG = Customer(CustomerId(7), "张三", "1000000001", due_fen=200, due_on="2026-11-27")


def words(*texts: str) -> s.Prompts:
    return tuple(s.Prompt(text) for text in texts)


def sid(name: str) -> StepId:
    return StepId(name)


def menu(name: str, choices: dict[str, str], failure: str, **changes: object) -> s.Menu:
    given_choices = {key: s.Choice(f"去{target}", sid(target)) for key, target in choices.items()}
    fields: dict[str, object] = {
        "say": words(f"{name}菜单"),
        "on_wrong": words("错"),
        "on_silence": words("静"),
        **changes,
    }
    return s.Menu(id=sid(name), label=name, choices=given_choices, on_failure=sid(failure), **fields)  # type: ignore[arg-type]


def gather(name: str, following: str, failure: str, **changes: object) -> s.Gather:
    fields: dict[str, object] = {"into": f"{name}_digits", "min_digits": 2, "max_digits": 4, **changes}
    return s.Gather(  # type: ignore[arg-type]
        id=sid(name),
        label="号码",
        say=words("请输入"),
        on_wrong=words("错"),
        on_silence=words("静"),
        on_failure=sid(failure),
        next=sid(following),
        **fields,
    )


def say(name: str, following: str, text: str = "话", *, barge_in: bool = True) -> s.Say:
    return s.Say(id=sid(name), label=name, say=words(text), next=sid(following), barge_in=barge_in)


def flow(*steps: s.Step) -> s.Flow:
    return s.Flow("test", "测试", steps[0].id, {step.id: step for step in steps})


def queue(name: str = "line") -> s.Queue:
    return s.Queue(id=sid(name), label="排队", queue=QueueId("service"), priority=5, say=words("请稍候"))


BYE = s.HangUp(id=sid("bye"), label="再见", say=words("再见"))
MENU = flow(say("hello", "main", "您好"), menu("main", {"1": "line", "9": "main"}, "bye"), queue(), BYE)


def test_a_greeting_is_played_and_can_be_cut_short() -> None:
    turn = begin(MENU, ARRIVED)
    assert turn.act == a.Play(("您好",), s.KEYS)
    assert turn.told == (a.Entered(sid("hello"), "hello"),)


def test_a_menu_asks_and_a_key_leads_on_with_its_meaning() -> None:
    asked = advance(MENU, begin(MENU, ARRIVED).state, a.Keys(""))
    assert asked.act == a.Ask(("main菜单",), s.KEYS, 1, 5)
    chosen = advance(MENU, asked.state, a.Keys("1"))
    assert chosen.told == (a.Pressed(sid("main"), "1", "去line"), a.Entered(sid("line"), "排队"))
    assert chosen.act == a.Wait(QueueId("service"), 5, ("请稍候",))


def test_a_key_during_the_greeting_is_the_answer_to_the_menu() -> None:
    turn = advance(MENU, begin(MENU, ARRIVED).state, a.Keys("1"))
    assert isinstance(turn.act, a.Wait)
    assert [type(told) for told in turn.told] == [a.Entered, a.Pressed, a.Entered]


def test_a_prompt_that_must_be_heard_is_played_even_to_hurried_callers() -> None:
    must = flow(
        say("one", "two"), say("two", "main", "要紧的话", barge_in=False), menu("main", {"1": "bye"}, "bye"), BYE
    )
    turn = advance(must, begin(must, ARRIVED).state, a.Keys("1"))
    assert turn.act == a.Play(("要紧的话",), "")
    assert advance(must, turn.state, a.Keys("")).act == a.End(("再见",))


def test_silence_and_wrong_keys_are_told_apart_and_the_third_failure_leads_away() -> None:
    turn = advance(MENU, begin(MENU, ARRIVED).state, a.Keys(""))
    silent = advance(MENU, turn.state, a.Keys(""))
    assert isinstance(silent.act, a.Ask)
    assert silent.act.texts == ("静", "main菜单")
    assert silent.told == ()
    wrong = advance(MENU, silent.state, a.Keys("5"))
    assert isinstance(wrong.act, a.Ask)
    assert wrong.act.texts == ("错", "main菜单")
    assert wrong.told == (a.Pressed(sid("main"), "5", "无此选项"),)
    assert advance(MENU, wrong.state, a.Keys("")).act == a.End(("再见",))


def test_hearing_the_menu_again_gives_all_tries_back() -> None:
    state = begin(MENU, ARRIVED, sid("main")).state
    for keys in ("", "7", "9", "", "7", "9"):
        state = advance(MENU, state, a.Keys(keys)).state
    assert state.step == "main"
    assert state.tries == 0


@pytest.mark.parametrize("keys", ["12#", "1234#", "1234", "12"])
def test_gathered_digits_become_a_fact_without_the_finish_key(keys: str) -> None:
    asking = flow(gather("pin", "bye", "bye"), BYE)
    turn = advance(asking, begin(asking, ARRIVED).state, a.Keys(keys))
    assert turn.state.facts["pin_digits"] == keys.removesuffix("#")
    assert turn.told[0] == a.Pressed(sid("pin"), keys.removesuffix("#"), "号码")


@pytest.mark.parametrize("keys", ["1#", "#", "12345", "1*3#", "12##"])
def test_digits_of_the_wrong_length_or_kind_are_asked_for_again(keys: str) -> None:
    asking = flow(gather("pin", "bye", "bye"), BYE)
    turn = advance(asking, begin(asking, ARRIVED).state, a.Keys(keys))
    assert isinstance(turn.act, a.Ask)
    assert turn.act.texts == ("错", "请输入")
    assert "pin_digits" not in turn.state.facts


def test_secret_digits_are_told_as_stars_right_or_wrong() -> None:
    asking = flow(gather("pin", "bye", "bye", secret=True), BYE)
    start = begin(asking, ARRIVED)
    assert isinstance(start.act, a.Ask)
    assert start.act.secret
    right = advance(asking, start.state, a.Keys("4711#"))
    wrong = advance(asking, start.state, a.Keys("47110815#"))
    assert right.told[0] == a.Pressed(sid("pin"), "****", "号码")
    assert wrong.told[0] == a.Pressed(sid("pin"), "********", "位数不符")


def test_digits_typed_ahead_open_the_number() -> None:
    asking = flow(say("hello", "pin"), gather("pin", "bye", "bye"), BYE)
    turn = advance(asking, begin(asking, ARRIVED).state, a.Keys("4"))
    assert turn.act == a.Ask((), s.KEYS, 4, 5, "#", "4")


LOOKUP = flow(
    s.Lookup(
        id=sid("find"),
        by="number",
        key="number",
        found=sid("owes"),
        not_found=sid("nobody"),
        several=sid("many"),
        away=sid("away"),
    ),
    s.Branch(id=sid("owes"), cases=(s.Case(parse("due_fen > 0"), sid("due")),), otherwise=sid("bye")),
    say("due", "done", "应缴{due_fen|money}"),
    s.Served(id=sid("done"), service="balance", next=sid("bye")),
    say("nobody", "bye", "没找到"),
    say("many", "bye", "有几户"),
    say("away", "bye", "查不了"),
    BYE,
)


def test_a_found_customer_is_told_and_the_balance_is_said() -> None:
    start = begin(LOOKUP, ARRIVED)
    assert start.act == a.Find("number", "+8613800138000")
    turn = advance(LOOKUP, start.state, a.Found(ZHANG))
    assert turn.act == a.Play(("应缴两元",), s.KEYS)
    assert turn.told[0] == a.Identified(CustomerId(7), "number")
    served = advance(LOOKUP, turn.state, a.Keys(""))
    assert served.told == (a.Served("balance"), a.Entered(sid("bye"), "再见"))


@pytest.mark.parametrize(("answer", "heard"), [(a.NotFound(), "没找到"), (a.Several(), "有几户"), (a.Away(), "查不了")])
def test_each_other_outcome_has_its_way(answer: a.Answer, heard: str) -> None:
    turn = advance(LOOKUP, begin(LOOKUP, ARRIVED).state, answer)
    assert turn.act == a.Play((heard,), s.KEYS)
    assert not any(isinstance(told, a.Identified) for told in turn.told)


def test_an_answer_that_does_not_fit_is_an_illegal_move() -> None:
    with pytest.raises(IllegalMove):
        advance(LOOKUP, begin(LOOKUP, ARRIVED).state, a.Keys("1"))


def test_a_prompt_whose_fact_is_missing_is_left_out_and_named() -> None:
    broken = flow(say("due", "bye", "应缴{due_fen|money}"), BYE)
    turn = begin(broken, ARRIVED)
    assert turn.act == a.End(("再见",))
    assert turn.broken == ("应缴{due_fen|money}",)


def test_a_prompt_with_a_condition_is_said_only_when_it_holds() -> None:
    prompts = (s.Prompt("前面{ahead|count}位", when=parse("ahead > 0")), s.Prompt("请稍候"))
    assert a.spoken(prompts, waiting_facts(3)) == (("前面两位", "请稍候"), ())
    assert a.spoken(prompts, waiting_facts(1)) == (("请稍候",), ())
    assert a.spoken(prompts, waiting_facts(None)) == (("请稍候",), ())


def test_a_caller_who_comes_back_waits_at_once_and_hears_no_greeting() -> None:
    turn = wait_again(MENU, ARRIVED, QueueId("service"), sid("line"))
    assert turn.act == a.Wait(QueueId("service"), 5, (), again=True)
    assert turn.told == ()


@pytest.mark.parametrize("step", [sid("gone"), sid("main"), None])
def test_coming_back_to_a_queue_whose_step_is_gone_still_waits(step: StepId | None) -> None:
    turn = wait_again(MENU, ARRIVED, QueueId("repair"), step)
    assert turn.act == a.Wait(QueueId("repair"), again=True)


def test_a_restart_goes_on_at_the_question_or_at_the_start_when_it_is_gone() -> None:
    assert begin(MENU, ARRIVED, sid("main")).act == a.Ask(("main菜单",), s.KEYS, 1, 5)
    assert begin(MENU, ARRIVED, sid("gone")).act == a.Play(("您好",), s.KEYS)


def test_an_unchecked_circle_ends_the_call() -> None:
    circle = flow(s.Goto(id=sid("a"), goto=sid("b")), s.Goto(id=sid("b"), goto=sid("a")))
    turn = begin(circle, ARRIVED)
    assert isinstance(turn.act, a.End)
    assert turn.broken


def test_a_step_that_does_not_exist_ends_the_call() -> None:
    assert isinstance(begin(flow(s.Goto(id=sid("a"), goto=sid("nowhere"))), ARRIVED).act, a.End)


def test_facts_of_a_record_are_never_guessed() -> None:
    assert "due_fen" not in customer_facts(Customer(CustomerId(1), "李", "2"))
    assert "due_on" not in customer_facts(Customer(CustomerId(1), "李", "2", due_on="下月初"))
    assert customer_facts(ZHANG)["due_on"] == date(2026, 11, 27)


# --- random flows ---------------------------------------------------------------------------------

NAMES = [sid(f"s{index}") for index in range(6)]
TEXTS = ["话", "应缴{due_fen|money}", "户号{account|digits}", "{", "按1"]
conditions = st.sampled_from(["due_fen > 0", "weekday < 6", "known(account)", "not known(due_fen)"]).map(parse)
KEY = st.sampled_from(list("01239*#"))


def any_step(name: StepId, names: list[StepId], said: list[str]) -> st.SearchStrategy[s.Step]:
    targets = st.sampled_from(names)
    texts = st.sampled_from(said).map(words)
    choices = st.dictionaries(KEY, st.builds(s.Choice, st.just("键"), targets), min_size=1, max_size=4)
    named = {"id": st.just(name), "label": st.just(name)}
    question = {"say": texts, "on_wrong": texts, "on_silence": texts, "on_failure": targets, "tries": st.integers(1, 3)}
    return st.one_of(
        st.builds(s.Say, **named, say=texts, next=targets, barge_in=st.booleans()),
        st.builds(s.Menu, **named, **question, choices=choices),
        st.builds(
            s.Gather,
            **named,
            **question,
            into=st.just("pin"),
            min_digits=st.integers(1, 2),
            max_digits=st.integers(1, 4),
            next=targets,
        ),
        st.builds(
            s.Lookup,
            **named,
            by=st.sampled_from(["number", "account"]),
            key=st.sampled_from(["number", "pin"]),
            found=targets,
            not_found=targets,
            several=targets,
            away=targets,
        ),
        st.builds(
            s.Branch,
            **named,
            cases=st.builds(s.Case, conditions, targets).map(lambda case: (case,)),
            otherwise=targets,
        ),
        st.builds(s.Served, **named, service=st.just("x"), next=targets),
        st.builds(s.Goto, **named, goto=targets),
        st.builds(s.Queue, **named, queue=st.just(QueueId("q")), say=texts),
        st.builds(s.HangUp, **named, say=texts),
    )


flows = st.tuples(*(any_step(name, [*NAMES, sid("missing")], TEXTS) for name in NAMES)).map(lambda steps: flow(*steps))
tidy_flows = st.tuples(
    *(any_step(name, [*NAMES[index:], BYE.id], TEXTS[:3]) for index, name in enumerate(NAMES, 1))
).map(lambda steps: flow(*steps, BYE))
pressed = st.text(alphabet="0123456789*#", max_size=5)
found = st.sampled_from(
    [a.Found(ZHANG), a.Found(Customer(CustomerId(2), "李", "2")), a.NotFound(), a.Several(), a.Away()]
)


def answered(act: a.Act, keys: str, lookup: a.Answer) -> a.Answer | None:
    match act:
        case a.Play(_, stop_keys):
            return a.Keys(keys[:1] if stop_keys else "")
        case a.Ask(most=most):
            return a.Keys(keys[: most + 1])
        case a.Find():
            return lookup
        case _:
            return None


@given(flows, st.lists(st.tuples(pressed, found), max_size=40))
@settings(UNHURRIED, max_examples=150)
def test_whatever_is_pressed_in_whatever_flow_a_turn_comes_out(
    any_flow: s.Flow, script: list[tuple[str, a.Answer]]
) -> None:
    turn = begin(any_flow, ARRIVED)
    for keys, lookup in script:
        answer = answered(turn.act, keys, lookup)
        if answer is None:
            break
        turn = advance(any_flow, turn.state, answer)
        assert len(turn.told) <= 2 * (MOST_IDLE_STEPS + 2)


@given(flows, st.lists(found, min_size=1, max_size=5))
@settings(UNHURRIED, max_examples=150)
def test_a_silent_line_always_comes_to_an_end(any_flow: s.Flow, lookups: list[a.Answer]) -> None:
    turn, turns = begin(any_flow, ARRIVED), 0
    while (answer := answered(turn.act, "", lookups[turns % len(lookups)])) is not None:
        turn, turns = advance(any_flow, turn.state, answer), turns + 1
        assert turns <= 3 * (MOST_IDLE_STEPS + 1)


@given(tidy_flows, st.lists(st.tuples(pressed, found), max_size=40))
@settings(UNHURRIED, max_examples=75)
def test_in_a_flow_that_passed_the_checker_no_prompt_is_ever_left_out(
    any_flow: s.Flow, script: list[tuple[str, a.Answer]]
) -> None:
    assume(not {finding.code for finding in check(any_flow)} - {"unreachable"})
    turn = begin(any_flow, ARRIVED)
    for keys, lookup in script:
        assert turn.broken == ()
        answer = answered(turn.act, keys, lookup)
        if answer is None:
            return
        turn = advance(any_flow, turn.state, answer)
