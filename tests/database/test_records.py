"""Searching customers, the plans behind the reads, and the database away; the port itself is tested with the fakes."""

import re
import time
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from callcenter.adapters.database.engine import Database, open_database
from callcenter.adapters.database.organisation import invented_customers, seed_customers
from callcenter.adapters.database.records import DatabaseRecords
from callcenter.adapters.database.store_customers import CustomerDraft, store_customers
from callcenter.domain.customer import Phone
from callcenter.domain.ids import CustomerId
from callcenter.service.ports import RecordsAway

PEOPLE = [
    CustomerDraft("2000000001", "张伟", phones=(Phone("+8616800008000"),)),
    CustomerDraft("2000000002", "张薇薇", phones=(Phone("+8616811118000"), Phone("+863165551234"))),
    CustomerDraft("2000000013", "曾志伟"),
    CustomerDraft("AB7", "欧阳娜娜"),
    CustomerDraft("2000000099", "Zoe Wu"),
]


@pytest.fixture
def records(database: Database) -> DatabaseRecords:
    with database.writing() as connection:
        store_customers(connection, PEOPLE)
    return DatabaseRecords(database)


@pytest.mark.parametrize(
    ("words", "accounts"),
    [
        ("张", {"2000000001", "2000000002"}),
        ("张伟", {"2000000001"}),
        (" 张 伟 ", {"2000000001"}),
        ("zw", {"2000000001", "2000000002"}),
        ("ZWW", {"2000000002"}),
        ("zhangwei", {"2000000001", "2000000002"}),
        ("zengzhi", {"2000000013"}),
        ("oynn", {"AB7"}),
        ("ab7", {"AB7"}),
        ("zoe", {"2000000099"}),
        ("200000000", {"2000000001", "2000000002"}),
        ("8000", {"2000000001", "2000000002"}),
        ("00008000", {"2000000001"}),
        ("16811118000", {"2000000002"}),
        ("+8616811118000", {"2000000002"}),
        ("03165551234"[1:], {"2000000002"}),
        ("800", set()),
        ("%", set()),
        ("'; --", set()),
        ("", set()),
        ("   ", set()),
    ],
)
def test_search(records: DatabaseRecords, words: str, accounts: set[str]) -> None:
    assert {customer.account for customer in records.search_customers(words)} == accounts


def test_search_is_limited_and_sorted(records: DatabaseRecords) -> None:
    assert len(records.search_customers("2", limit=2)) == 2
    names = [customer.name for customer in records.search_customers("2")]
    assert names == sorted(names)


def test_a_number_as_dialled_is_found_too(records: DatabaseRecords) -> None:
    assert [customer.account for customer in records.customers_by_number("016800008000")] == ["2000000001"]
    assert records.customers_by_number("anonymous") == []


READS = [
    ("customer", (CustomerId(1),)),
    ("customers_by_number", ("+8616800000001",)),
    ("customer_by_account", ("2000000001",)),
    ("past_calls", (CustomerId(1),)),
    ("search_customers", ("zw",)),
    ("search_customers", ("8000",)),
    ("search_customers", ("张伟",)),
]


@pytest.mark.parametrize(("name", "arguments"), READS, ids=range(len(READS)))
def test_no_read_walks_a_whole_table(database: Database, name: str, arguments: tuple[object, ...]) -> None:
    """Asked to avoid scans, the planner finds an index for every step, unless one is missing."""
    with database.writing() as connection:
        store_customers(connection, PEOPLE)
    plans: list[str] = []
    busy = False

    @event.listens_for(database.reader, "before_cursor_execute")
    def explain(connection, _cursor, statement, parameters, _context, _many):  # type: ignore[no-untyped-def]
        nonlocal busy
        if busy or not statement.startswith("SELECT"):
            return
        busy = True
        if database.kind == "sqlite":
            plans.extend(str(r[-1]) for r in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
        else:
            connection.exec_driver_sql("SET enable_seqscan = off")
            plans.extend(str(r[0]) for r in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
        busy = False

    getattr(DatabaseRecords(database), name)(*arguments)
    assert plans
    assert not [
        line for line in plans if re.search(r"SCAN (customers|customer_phones|own_phones|assets|calls)\b", line)
    ]
    assert not [line for line in plans if "Seq Scan" in line]


def test_a_postgres_that_is_not_there_is_away(tmp_path: Path) -> None:
    database = open_database("postgresql://nobody@127.0.0.1:9/none")
    began = time.monotonic()
    with pytest.raises(RecordsAway):
        DatabaseRecords(database).customer_by_account("1")
    assert time.monotonic() - began < 8
    database.close()


def test_a_slow_query_of_postgres_is_cut_off_after_a_second(postgres_url: str) -> None:
    database = open_database(postgres_url)
    began = time.monotonic()
    with pytest.raises(RecordsAway), database.reading() as connection:
        connection.execute(text("SELECT pg_sleep(30)"))
    assert 0.9 < time.monotonic() - began < 8
    with database.reading() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    database.close()


def test_a_reader_cannot_write(database: Database, records: DatabaseRecords) -> None:
    with pytest.raises((RecordsAway, DBAPIError)), database.reading() as connection:
        connection.execute(text("DELETE FROM customers"))
    assert records.customer_by_account("2000000001") is not None


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_another_engine_is_refused_in_both_languages(url: str) -> None:
    with pytest.raises(ValueError, match=r"数据库.*write the database"):
        open_database(url)


def test_seeded_customers_are_the_same_each_time_and_nobody_real(database: Database) -> None:
    seed_customers(database, 300, seed=7)
    seed_customers(database, 300, seed=7)
    records = DatabaseRecords(database)
    drafts = list(invented_customers(300, seed=7))
    assert drafts == list(invented_customers(300, seed=7))
    assert drafts != list(invented_customers(300, seed=8))
    for place in (0, 17, 299):
        (found,) = records.customers_by_number(f"+861680{place:07d}")
        assert (found.account, found.name) == (drafts[place].account, drafts[place].name)
        assert found.account.isdigit()
        assert len(found.account) == 10
        assert list(found.assets[0].attributes) == ["表号", "表型", "安装年份", "进气方向"]
    assert all(phone.number.startswith("+86168") for draft in drafts for phone in draft.phones)
    assert 60 < sum(bool(draft.due_fen) for draft in drafts) < 160
    assert {flag for draft in drafts for flag in draft.flags} >= {"独居老人", "行动不便"}
    assert records.search_customers("2000000300")[0].name == drafts[299].name
