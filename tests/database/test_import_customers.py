"""Importing customers: every kind of file, every kind of fault, interrupted and resumed, on both engines."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import func, select

from callcenter.adapters.database.engine import Database
from callcenter.adapters.database.import_customers import BATCH_ROWS, import_customers
from callcenter.adapters.database.records import DatabaseRecords
from callcenter.adapters.database.tables import CUSTOMERS
from callcenter.domain.customer import Asset, Customer, Phone
from callcenter.domain.errors import Refused

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
HEADERS = ["户号", "姓名", "电话1", "家属电话", "等级", "地址", "标记", "备注", "欠费", "应缴日期"]
HEADERS += ["资产:燃气表:表号", "资产:燃气表:表型", "属性:小区"]
LI = ["2000000001", "李娜", "168 0000 0001", "0316-5551234", "A", "和平里3栋", "独居老人\uff1b行动不便", "敲门大声点"]
LI += ["¥1,234.50", "2026年11月30日", "G1", "IC卡", "和平里"]
WANG = ["2000000002", "王伟", "", "", "", "", "", "", "", "", "", "", ""]


def written(path: Path, lines: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    return path


def faults(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def count(database: Database) -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(CUSTOMERS)) or 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_full_row_in_every_encoding(database: Database, tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "客户.csv", [HEADERS, LI, WANG], encoding)
    report = import_customers(database, path, NOW)
    assert (report.rows, report.stored, report.refused, report.ignored_columns) == (2, 2, 0, ())
    found = DatabaseRecords(database).customer_by_account("2000000001")
    assert found is not None
    assert found == Customer(
        id=found.id,
        name="李娜",
        account="2000000001",
        tier="A",
        address="和平里3栋",
        flags=("独居老人", "行动不便"),
        note="敲门大声点",
        due_fen=123_450,
        due_on="2026-11-30",
        phones=(Phone("+8616800000001", ""), Phone("+863165551234", "家属")),
        assets=(Asset("燃气表", "G1", {"表号": "G1", "表型": "IC卡"}),),
        attributes={"小区": "和平里"},
    )
    wang = DatabaseRecords(database).customer_by_account("2000000002")
    assert wang is not None
    assert (wang.due_fen, wang.phones, wang.assets) == (None, (), ())


def test_a_workbook_with_numbers_and_dates_as_excel_keeps_them(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "customers.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["account", "name", "phone", "due", "due_on", "asset:meter:serial"])
        sheet.write_row(1, 0, [2000000001, "李娜", 16800000001, 12.3])
        sheet.write_datetime(1, 4, datetime(2026, 11, 30), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
        sheet.write(1, 5, "G1")
        sheet.write_row(3, 0, [2000000002, "王伟", "no phone", 1])
    report = import_customers(database, path, NOW)
    assert (report.stored, report.refused) == (1, 1)
    found = DatabaseRecords(database).customers_by_number("+8616800000001")
    assert [(c.account, c.due_fen, c.due_on, c.assets[0].label) for c in found] == [
        ("2000000001", 1230, "2026-11-30", "G1")
    ]
    assert faults(report.errors)[0][:3] == ["4", "phone", "no phone"]


BAD: list[tuple[str, str, str]] = [
    ("户号", "", "不能为空"),
    ("户号", "20#1", "户号只能"),
    ("姓名", "", "不能为空"),
    ("电话1", "12ab", "不是电话号码"),
    ("家属电话", "1380013800", "不是电话号码"),
    ("欠费", "十元", "不是金额"),
    ("欠费", "1.234", "两位小数"),
    ("欠费", "NaN", "不是金额"),
    ("欠费", "1e99", "两位小数"),
    ("应缴日期", "2026-02-30", "不是日期"),
    ("应缴日期", "明天", "不是日期"),
]


@pytest.mark.parametrize(("column", "value", "zh"), BAD, ids=range(len(BAD)))
def test_a_bad_cell_names_line_column_and_cure_while_the_others_go_in(
    database: Database, tmp_path: Path, column: str, value: str, zh: str
) -> None:
    broken = list(LI)
    broken[HEADERS.index(column)] = value
    path = written(tmp_path / "c.csv", [HEADERS, WANG, broken])
    report = import_customers(database, path, NOW)
    assert (report.stored, report.refused) == (1, 1)
    ((line, where, what, why_zh, why_en),) = faults(report.errors)
    assert (line, where, what) == ("3", column, value)
    assert zh in why_zh
    assert why_en.isascii()
    assert why_en
    assert count(database) == 1


def test_every_fault_of_a_row_is_named_at_once(database: Database, tmp_path: Path) -> None:
    broken = ["", "", "x", "y", "", "", "", "", "z", "w", "", "", ""]
    report = import_customers(database, written(tmp_path / "c.csv", [HEADERS, broken]), NOW)
    assert [fault[1] for fault in faults(report.errors)] == ["欠费", "应缴日期", "电话1", "家属电话", "户号", "姓名"]


def test_lines_are_counted_as_an_editor_does(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text('户号,姓名,电话\n1,"李\n娜",16800000001\n\n2,"王"伟,\n3,赵雪,oops\n', "utf-8")
    report = import_customers(database, path, NOW)
    assert (report.stored, report.refused) == (1, 2)
    assert [(fault[0], fault[1]) for fault in faults(report.errors)] == [("5", ""), ("6", "电话")]


def test_a_formula_in_the_errors_file_is_text(database: Database, tmp_path: Path) -> None:
    lines = [["户号", "姓名", "电话"]] + [[str(n), "x", cell] for n, cell in enumerate(["=cmd|x", "+1", "-2", "@x"])]
    report = import_customers(database, written(tmp_path / "c.csv", lines), NOW)
    assert [fault[2] for fault in faults(report.errors)] == ["'=cmd|x", "'+1", "'-2", "'@x"]


def test_a_known_account_is_replaced_and_the_last_row_of_a_file_wins(database: Database, tmp_path: Path) -> None:
    import_customers(database, written(tmp_path / "a.csv", [HEADERS, LI]), NOW)
    before = DatabaseRecords(database).customer_by_account("2000000001")
    again = [["户号", "姓名", "手机"], ["2000000001", "旧名", "16800000007"], ["2000000001", "李娜娜", "16800000008"]]
    import_customers(database, written(tmp_path / "b.csv", again), NOW)
    after = DatabaseRecords(database).customer_by_account("2000000001")
    assert before is not None
    assert after is not None
    assert after.id == before.id
    assert (after.name, after.phones, after.assets) == ("李娜娜", (Phone("+8616800000008", ""),), ())
    assert DatabaseRecords(database).customers_by_number("+8616800000001") == []
    assert DatabaseRecords(database).search_customers("lnn") == [after]
    assert count(database) == 1


def many(path: Path, rows: int, bad_every: int) -> Path:
    lines = [["户号", "姓名", "电话"]]
    lines += [[str(n), "李娜", "oops" if n % bad_every == 0 else f"168{n:08d}"] for n in range(1, rows + 1)]
    return written(path, lines)


def test_an_interrupted_import_goes_on_and_names_no_fault_twice(database: Database, tmp_path: Path) -> None:
    rows = BATCH_ROWS * 3 + 10
    path = many(tmp_path / "many.csv", rows, 500)
    told: list[tuple[int, int, int]] = []

    def stop_in_the_second_batch(done: int, total: int, refused: int) -> None:
        told.append((done, total, refused))
        if done == BATCH_ROWS * 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_customers(database, path, NOW, progress=stop_in_the_second_batch)
    assert count(database) == BATCH_ROWS * 2 - 8
    with path.with_name("many.csv.errors.csv").open("a", encoding="utf-8") as torn:
        torn.write("9999,half a li")
    report = import_customers(database, path, NOW, progress=lambda *counts: told.append(counts))
    assert (report.resumed_at, report.rows, report.refused) == (BATCH_ROWS * 2, rows, rows // 500)
    assert report.stored == count(database) == rows - rows // 500
    assert [fault[0] for fault in faults(report.errors)] == [str(n + 1) for n in range(500, rows + 1, 500)]
    assert told[-1] == (rows, rows, rows // 500)
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)


def test_a_finished_file_can_be_imported_again(database: Database, tmp_path: Path) -> None:
    path = many(tmp_path / "many.csv", 10, 3)
    first = import_customers(database, path, NOW)
    assert import_customers(database, path, NOW) == first
    assert count(database) == 7


def test_columns_can_be_chosen_and_unknown_ones_are_reported(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "c.csv", [["编码", "客户", "颜色"], ["1", "李娜", "红"]], delimiter="\t")
    report = import_customers(database, path, NOW, choice={"编码": "户号", "客户": "姓名"})
    assert (report.stored, report.ignored_columns) == (1, ("颜色",))


def unreadable(path: Path) -> None:
    path.write_bytes(b"\xff\xff\xff,\x00")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def no_account(path: Path) -> None:
    written(path, [["姓名"], ["李娜"]])


def two_names(path: Path) -> None:
    written(path, [["户号", "姓名", "户名"], ["1", "李娜", "李娜"]])


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (unreadable, "unreadable_file"),
        (empty, "empty_file"),
        (no_account, "missing_column"),
        (two_names, "double_column"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_whole(
    database: Database, tmp_path: Path, make: Callable[[Path], None], code: str
) -> None:
    make(tmp_path / "c.csv")
    with pytest.raises(Refused) as refused:
        import_customers(database, tmp_path / "c.csv", NOW)
    assert refused.value.message.code == code
    assert count(database) == 0


def test_a_workbook_that_is_none_is_refused(database: Database, tmp_path: Path) -> None:
    (tmp_path / "c.xlsx").write_text("not a workbook")
    with pytest.raises(Refused) as refused:
        import_customers(database, tmp_path / "c.xlsx", NOW)
    assert refused.value.message.code == "unreadable_file"
