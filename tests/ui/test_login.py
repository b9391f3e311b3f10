"""Logging in, refusals, languages."""

from playwright.sync_api import Page, expect

from tests.ui import props
from tests.ui.stage import Stage


def test_an_agent_logs_in_by_keyboard_and_lands_on_the_desk(page: Page) -> None:
    page.goto("/")
    page.wait_for_url("**/login")
    expect(page.get_by_label("账号")).to_be_focused()
    page.keyboard.type("linxiao")
    page.keyboard.press("Tab")
    page.keyboard.type("right")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="签入")).to_be_visible()
    page.wait_for_url("**/desk")


def test_a_wrong_password_says_what_to_do_and_keeps_the_login(page: Page) -> None:
    page.goto("/login")
    page.get_by_label("账号").fill("linxiao")
    page.get_by_label("密码").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text("账号或密码不对，再试一次")
    expect(page.get_by_label("账号")).to_have_value("linxiao")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("alert")).to_have_text("Wrong login or password. Try again")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_nothing_typed_is_said_before_the_server_is_asked(page: Page, stage: Stage) -> None:
    page.goto("/login")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_have_text("请填写账号和密码")
    expect(page.get_by_label("账号")).to_be_focused()
    assert stage.posts == []


def test_a_log_in_that_ended_leads_back_to_the_log_in_page(inside: Page) -> None:
    inside.goto("/desk")
    expect(inside.get_by_role("heading", name="签入")).to_be_visible()
    inside.context.clear_cookies()
    inside.get_by_role("button", name="用 SIP 话机签入").click()
    expect(inside.get_by_label("密码")).to_be_visible()


def test_a_supervisor_without_a_seat_sees_only_the_board(inside: Page, stage: Stage) -> None:
    stage.me = props.supervisor_person()
    inside.goto("/desk")
    expect(inside.get_by_role("heading", name="看板")).to_be_visible()
    expect(inside.get_by_role("navigation").get_by_role("link")).to_have_text(["看板"])


def test_logging_out_leaves_nothing_of_the_person_on_the_page(inside: Page, stage: Stage) -> None:
    inside.goto("/desk")
    inside.get_by_role("button", name="退出").click()
    expect(inside.get_by_label("密码")).to_be_visible()
    stage.wait_post("logout")
