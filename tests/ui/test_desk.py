"""What an agent does on the desk, in a real browser."""

from playwright.sync_api import Page, expect

from callcenter.adapters.web import wire
from tests.ui import props
from tests.ui.stage import Stage

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""


def _ring(stage: Stage) -> None:
    stage.change_desk(agent=props.agent("ringing", 0, 20), call=props.call(), customer=props.customer())


def _wrap(stage: Stage, seconds: float = 30, **parts: object) -> None:
    stage.change_desk(agent=props.agent("wrap_up", 0, seconds), call=props.call("ended", **parts))


def test_signing_in_with_a_sip_phone(inside: Page, stage: Stage) -> None:
    stage.on["agent/sign-in"] = lambda _: stage.change_desk(agent=props.agent("busy"))
    inside.goto("/desk")
    inside.get_by_role("button", name="用 SIP 话机签入").click()
    expect(inside.get_by_role("button", name="示忙")).to_be_visible()
    form = wire.SignInForm.model_validate(stage.wait_post("agent/sign-in"))
    assert form.phone == "sip"
    assert form.page == stage.pages[-1]
    expect(inside.get_by_role("button", name="接听")).to_have_count(0)


def test_a_browser_phone_that_cannot_register_signs_nobody_in_and_says_so(inside: Page, stage: Stage) -> None:
    inside.goto("/desk")
    inside.get_by_role("button", name="用浏览器话机签入").click()
    expect(inside.get_by_role("alert")).to_contain_text("话机与交换机断开")
    expect(inside.get_by_role("button", name="重试")).to_be_visible()
    assert all(path != "agent/sign-in" for path, _ in stage.posts)


def test_a_blocked_microphone_says_what_to_do(inside: Page, stage: Stage) -> None:
    inside.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    inside.goto("/desk")
    inside.get_by_role("button", name="用浏览器话机签入").click()
    expect(inside.get_by_role("alert")).to_contain_text("麦克风被禁止")


def test_a_call_pops_without_moving_anything_or_taking_the_focus(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk("ready")
    inside.add_init_script(SHIFTS)
    inside.goto("/desk")
    expect(inside.get_by_text("等待来电")).to_be_visible()
    hand = inside.get_by_role("button", name="空闲")
    hand.focus()
    inside.evaluate("window.shifts = []")
    _ring(stage)
    expect(inside.get_by_role("heading", name="陈建国 B 级")).to_be_visible()
    expect(inside.get_by_role("button", name="振铃")).to_be_focused()
    stage.change_desk(agent=props.agent("talking"), call=props.call("talking"))
    expect(inside.get_by_role("button", name="通话")).to_be_visible()
    _wrap(stage)
    expect(inside.get_by_role("timer")).to_be_visible()
    stage.change_desk(agent=props.agent("ready"), clear_call=True)
    expect(inside.get_by_text("等待来电")).to_be_visible()
    assert inside.evaluate("window.shifts") == []


def test_the_pop_says_what_was_pressed_heard_and_why(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk("ready")
    inside.goto("/desk")
    expect(inside.get_by_text("等待来电")).to_be_visible()
    _ring(stage)
    pane = inside.get_by_role("region", name="当前通话")
    expect(pane.locator(".kbd")).to_have_text(["2", "1", "0"])
    for words in ("查欠费", "欠费 286.40 元", "空闲最久", "话机未注册", "138****8000", "00:48"):
        expect(pane).to_contain_text(words)
    expect(inside.get_by_text("¥286.40")).to_be_visible()
    assert "13800138000" not in inside.content()


def test_a_number_is_shown_only_when_asked_for(inside: Page, stage: Stage) -> None:
    stage.on["customers/1/reveal"] = lambda _: wire.Revealed(number="13800138000")
    stage.desk = props.desk(
        "talking", agent=props.agent("talking"), call=props.call("talking"), customer=props.customer()
    )
    inside.goto("/desk")
    inside.get_by_role("button", name="显示 138****8000").click()
    expect(inside.get_by_text("13800138000")).to_be_visible()
    assert stage.wait_post("customers/1/reveal") == {"index": 0}


def test_one_of_several_customers_is_chosen(inside: Page, stage: Stage) -> None:
    people = [props.customer(1), props.customer(2, "陈小燕")]
    stage.on["calls/1763822467.102/customer"] = lambda _: stage.change_desk(customer=people[1])
    stage.desk = props.desk("ringing", agent=props.agent("ringing", 0, 20), call=props.call(), candidates=people)
    inside.goto("/desk")
    inside.get_by_role("button", name="选择 陈小燕").click()
    expect(inside.get_by_role("heading", name="陈小燕 B 级")).to_be_visible()
    assert stage.wait_post("calls/1763822467.102/customer") == {"customer": 2}
    expect(inside.get_by_role("button", name="同号 2 人")).to_be_visible()


def test_an_unknown_caller_is_said_to_be_one(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk("ringing", agent=props.agent("ringing", 0, 20), call=props.call())
    inside.goto("/desk")
    expect(inside.get_by_text("没有找到客户资料")).to_be_visible()


def test_a_note_outlives_a_reload_with_the_server_away(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk(
        "talking", agent=props.agent("talking"), call=props.call("talking"), customer=props.customer()
    )
    away = wire.Problem(code="away", zh="数据库忙", en="Database busy")
    stage.refuse["/api/calls/1763822467.102/note"] = (503, away)
    inside.goto("/desk")
    inside.get_by_label("备注").fill("约 27 日缴清")
    inside.get_by_role("button", name="账单缴费").click()
    inside.get_by_role("button", name="欠费咨询").click()
    inside.get_by_role("button", name="承诺缴费").click()
    expect(inside.get_by_text("已存本机，待上传")).to_be_visible()
    inside.reload()
    expect(inside.get_by_label("备注")).to_have_value("约 27 日缴清")
    expect(inside.get_by_role("button", name="承诺缴费")).to_have_attribute("aria-pressed", "true")
    stage.refuse.clear()
    expect(inside.get_by_text("已保存")).to_be_visible()
    assert stage.wait_post("calls/1763822467.102/note") == {"text": "约 27 日缴清", "code": "bill.debt.promise"}


def test_a_wrap_up_by_keyboard_alone(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk(
        "wrap_up", agent=props.agent("wrap_up", 0, 60), call=props.call("ended"), customer=props.customer()
    )
    inside.goto("/desk")
    finish = inside.get_by_role("button", name="完成并空闲")
    expect(finish).to_be_disabled()
    inside.get_by_label("搜业务分类").focus()
    inside.keyboard.press("Tab")
    expect(inside.get_by_role("button", name="账单缴费")).to_be_focused()
    inside.keyboard.press("Enter")
    inside.keyboard.press("ArrowRight")
    inside.keyboard.press("Enter")
    inside.keyboard.press("ArrowRight")
    inside.keyboard.press("ArrowDown")
    inside.keyboard.press("Enter")
    inside.get_by_label("备注").focus()
    inside.keyboard.type("27 日缴清")
    inside.keyboard.press("Alt+w")
    form = stage.wait_post("calls/1763822467.102/wrap-up")
    assert form == {"code": "bill.debt.promise", "note": "27 日缴清"}
    expect(inside.get_by_text("来电后在这里写小结")).to_be_visible()


def test_a_half_written_wrap_up_is_parked_when_the_next_call_comes(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk(
        "wrap_up", agent=props.agent("wrap_up", 0, 60), call=props.call("ended"), customer=props.customer()
    )
    inside.goto("/desk")
    inside.get_by_label("备注").fill("写到一半")
    stage.change_desk(
        agent=props.agent("ringing", 0, 20), call=props.call(id="9.9", number="186****2210", name="刘海燕")
    )
    expect(inside.get_by_label("备注")).to_have_value("")
    inside.get_by_role("tab", name="138****8000").click()
    expect(inside.get_by_label("备注")).to_have_value("写到一半")
    inside.get_by_role("button", name="其他", exact=True).click()
    inside.get_by_role("button", name="补交小结").click()
    assert stage.wait_post("calls/1763822467.102/wrap-up") == {"code": "other", "note": "写到一半"}


def test_more_time_for_the_wrap_up(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk(
        "wrap_up", agent=props.agent("wrap_up", 0, 9), call=props.call("ended"), customer=props.customer()
    )
    inside.goto("/desk")
    inside.get_by_role("button", name="延长 30 秒").click()
    stage.wait_post("calls/1763822467.102/extend")


def test_hanging_up_by_key_needs_a_second_press(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk(
        "talking", agent=props.agent("talking"), call=props.call("talking"), customer=props.customer()
    )
    inside.goto("/desk")
    expect(inside.get_by_role("button", name="挂机")).to_be_enabled()
    inside.keyboard.press("Alt+g")
    expect(inside.get_by_role("button", name="再按一次")).to_be_visible()
    expect(inside.get_by_role("button", name="挂机")).to_be_visible()
    assert all(path != "call/hangup" for path, _ in stage.posts)
    inside.keyboard.press("Alt+g")
    inside.keyboard.press("Alt+g")
    stage.wait_post("call/hangup")


def test_rejecting_goes_to_the_server_and_not_responding_has_a_way_back(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk(
        "ringing", agent=props.agent("ringing", 0, 20), call=props.call(), customer=props.customer()
    )
    stage.on["call/reject"] = lambda _: stage.change_desk(
        agent=props.agent("not_responding", cause="rejected"), clear_call=True
    )
    inside.goto("/desk")
    inside.get_by_role("button", name="拒接").click()
    expect(inside.get_by_role("alert")).to_contain_text("你拒接了来电")
    inside.keyboard.press("Alt+s")
    assert stage.wait_post("agent/state") == {"state": "ready"}


def test_the_state_menu_by_keyboard(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk("ready")
    inside.goto("/desk")
    expect(inside.get_by_role("button", name="空闲")).to_be_visible()
    inside.keyboard.press("Alt+s")
    expect(inside.get_by_role("menuitemradio", name="空闲")).to_be_focused()
    inside.keyboard.press("ArrowDown")
    inside.keyboard.press("Enter")
    assert stage.wait_post("agent/state") == {"state": "busy", "reason": "paper"}
    expect(inside.get_by_role("menu")).to_have_count(0)
    inside.keyboard.press("Alt+s")
    inside.keyboard.press("Escape")
    expect(inside.get_by_role("menu")).to_have_count(0)
    expect(inside.get_by_role("button", name="空闲")).to_be_focused()


def test_a_refusal_stands_in_the_notice_line_in_the_persons_language(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk("ready")
    stage.refuse["/api/agent/state"] = (409, wire.Problem(code="limit", zh="小休名额已满", en="Too many on break"))
    inside.goto("/desk")
    inside.get_by_role("button", name="空闲").click()
    inside.get_by_role("menuitemradio", name="就餐").click()
    expect(inside.get_by_role("alert")).to_contain_text("小休名额已满")
    inside.get_by_role("button", name="English").click()
    expect(inside.get_by_role("alert")).to_contain_text("Too many on break")


def test_a_second_tab_takes_no_calls_until_it_is_told_to(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk("ready")
    inside.goto("/desk")
    expect(inside.get_by_text("等待来电")).to_be_visible()
    second = inside.context.new_page()
    second.goto("/desk")
    expect(second.get_by_role("heading", name="已在另一个标签页打开")).to_be_visible()
    assert len(stage.pages) == 1
    second.get_by_role("button", name="在此使用").click()
    expect(second.get_by_text("等待来电")).to_be_visible()
    expect(inside.get_by_role("heading", name="已在另一个标签页打开")).to_be_visible()
    assert len(set(stage.pages)) == 2


def test_a_reload_keeps_the_calls_in_this_tab(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk("ready")
    inside.goto("/desk")
    expect(inside.get_by_text("等待来电")).to_be_visible()
    inside.reload()
    expect(inside.get_by_text("等待来电")).to_be_visible()


def test_a_seat_taken_elsewhere_closes_the_desk(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk("ready")
    inside.goto("/desk")
    expect(inside.get_by_text("等待来电")).to_be_visible()
    stage.sign_out("你的工号在另一台电脑登录", "Your seat was taken on another computer")
    expect(inside.get_by_text("你的工号在另一台电脑登录")).to_be_visible()
    inside.get_by_role("button", name="重新打开座席台").click()
    expect(inside.get_by_text("等待来电")).to_be_visible()


def test_a_lost_link_is_said_and_mends_itself(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk(
        "talking", agent=props.agent("talking"), call=props.call("talking"), customer=props.customer()
    )
    inside.goto("/desk")
    expect(inside.get_by_role("button", name="通话")).to_be_visible()
    stage.silent = True
    alarm = inside.get_by_role("alert").filter(has_text="数据中断")
    expect(alarm).to_be_visible(timeout=9000)
    expect(inside.get_by_text("通话仍在，计时由本机继续")).to_be_visible()
    expect(inside.locator(".qs")).to_contain_text("截至")
    stage.silent = False
    expect(alarm).to_have_count(0)


def test_a_change_that_was_missed_is_fetched(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk("ready")
    inside.goto("/desk")
    expect(inside.get_by_text("等待来电")).to_be_visible()
    stage.desk = stage.desk.model_copy(update={"seq": stage.desk.seq + 3, "agent": props.agent("break", reason="meal")})
    expect(inside.get_by_role("button", name="小休 · 就餐")).to_be_visible()
