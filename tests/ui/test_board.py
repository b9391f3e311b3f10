"""What a supervisor sees on the board."""

import pytest
from playwright.sync_api import Page, expect

from tests.ui import props
from tests.ui.stage import Stage


@pytest.fixture
def board(inside: Page, stage: Stage) -> Page:
    stage.me = props.supervisor_person()
    inside.goto("/board")
    expect(inside.get_by_role("table")).to_be_visible()
    return inside


def test_no_calls_is_a_dash_and_never_a_percentage(board: Page) -> None:
    night = board.get_by_role("row", name="夜间值守")
    expect(night.get_by_role("cell").nth(2)).to_have_text("-")
    expect(night).not_to_contain_text("%")


def test_a_formula_is_told_on_focus(board: Page) -> None:
    board.get_by_role("button", name="服务水平 20 秒").focus()
    expect(board.get_by_role("tooltip").filter(has_text="接起 + 放弃 - 速挂")).to_be_visible()


def test_rows_change_in_place(board: Page, stage: Stage) -> None:
    agent = stage.board.agents["8009"].model_copy(update={"state": "talking", "call": "x", "number": "139****0911"})
    stage.change_board(agents={"8009": agent}, gone_waiting=["w0"])
    card = board.get_by_role("listitem").filter(has_text="赵敏")
    expect(card).to_contain_text("139****0911")
    expect(board.get_by_text("150****3345")).to_have_count(0)


def test_the_book_names_every_bucket_and_finds_what_is_missing(board: Page, stage: Stage) -> None:
    book = board.get_by_role("region", name="今日账目")
    names = (
        "进行中",
        "接起",
        "自助完成",
        "自助内挂机",
        "排队放弃",
        "速挂",
        "预约回拨",
        "留言",
        "转出",
        "非工作时间",
        "应急接听",
        "黑名单",
    )
    for name in names:
        expect(book.get_by_text(name, exact=True)).to_be_visible()
    expect(board.get_by_text("未解释 0")).to_be_visible()
    stage.change_board(book=stage.board.book.model_copy(update={"offered": stage.board.book.offered + 1}))
    expect(board.get_by_text("未解释 1")).to_be_visible()


def test_one_queue_alone(board: Page) -> None:
    board.get_by_role("button", name="报修抢修").click()
    expect(board.get_by_role("row")).to_have_count(2)
    expect(board.get_by_role("listitem").filter(has_text="林晓")).to_have_count(0)


def test_old_figures_are_hatched_dated_and_stand_still(board: Page, stage: Stage) -> None:
    stage.silent = True
    expect(board.get_by_role("alert")).to_contain_text("数据中断", timeout=9000)
    expect(board.locator(".is-stale").first).to_be_visible()
    longest = board.locator(".fig dd").nth(1)
    before = longest.text_content()
    tick = board.evaluate("new Promise((go) => setTimeout(() => go(Date.now()), 1500))")
    assert tick
    assert longest.text_content() == before


def test_a_restarted_server_is_found_again(board: Page, stage: Stage) -> None:
    stage.board = stage.board.model_copy(update={"seq": 1, "book": stage.board.book.model_copy(update={"offered": 1})})
    stage.hang_up_sockets()
    expect(board.get_by_text("今日 1 通")).to_be_visible()


def test_a_lead_sees_the_board_beside_the_desk_of_another_tab(inside: Page, stage: Stage) -> None:
    stage.me = props.agent_person("lead")
    stage.desk = props.desk("ready")
    inside.goto("/desk")
    expect(inside.get_by_text("等待来电")).to_be_visible()
    second = inside.context.new_page()
    second.goto("/board")
    expect(second.get_by_role("table")).to_be_visible()
    expect(inside.get_by_text("等待来电")).to_be_visible()
    expect(second.get_by_role("toolbar")).to_have_count(0)
    inside.get_by_role("link", name="看板").click()
    expect(inside.get_by_role("toolbar")).to_be_visible()
    expect(inside.get_by_role("table")).to_be_visible()
