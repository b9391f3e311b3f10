"""What `ports.Records` promises, asked of the fake and of the real one on both engines."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from callcenter.adapters.database.engine import open_database
from callcenter.adapters.database.projections import project
from callcenter.adapters.database.records import DatabaseRecords
from callcenter.adapters.database.store_customers import CustomerDraft, store_customers
from callcenter.domain.customer import Asset, Customer, PastCall, Phone
from callcenter.domain.ids import AgentId, CallId, CustomerId
from callcenter.service.ports import Records
from tests.database.engines import ENGINES, fresh_url, migrated_file, migrated_name
from tests.database.postgres import postgres
from tests.fakes.histories import at, rows, signed_in, waiting, whole_call
from tests.fakes.records import MemoryRecords

__all__ = ["migrated_file", "migrated_name", "postgres"]

METER = Asset("燃气表", "G1", {"表号": "G1", "表型": "IC卡", "安装年份": 2019, "在用": True, "备注": None})
LI = Customer(
    id=CustomerId(1),
    name="李娜",
    account="2000000001",
    tier="A",
    address="和平里3栋",
    flags=("独居老人", "行动不便"),
    note="敲门大声点",
    due_fen=12_345,
    due_on="2026-11-30",
    phones=(Phone("+8616800000001", "本人"), Phone("+8616800000009", "家属")),
    assets=(METER, Asset("合同", "H-7")),
    attributes={"小区": "和平里", "户数": 1},
)
WANG = Customer(CustomerId(2), "王伟", "2000000002", phones=(Phone("+8616800000009", "本人"),))
NOBODY = CustomerId(999)
LAST = PastCall(CallId("c2"), at(1000), "answered", AgentId("8001"), 100, "leak", "已派单")
FIRST = replace(LAST, call=CallId("c1"), at=at(0))


@pytest.fixture(params=["memory", *ENGINES])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    """Two customers and three calls of the first, one of which still waits."""
    if request.param == "memory":
        yield MemoryRecords([LI, WANG], {LI.id: [FIRST, LAST]})
        return
    database = open_database(fresh_url(request.param, request, tmp_path))
    facts = signed_in("8001") + whole_call("c1", "8001", 0) + whole_call("c2", "8001", 1000) + waiting("c3", 2000)
    with database.writing() as connection:
        store_customers(connection, [_draft(LI), _draft(WANG)])
        for row in rows(facts):
            project(connection, row.seq, row.event)
    yield DatabaseRecords(database)
    database.close()


def _draft(customer: Customer) -> CustomerDraft:
    return CustomerDraft(
        customer.account,
        customer.name,
        customer.tier,
        customer.address,
        customer.flags,
        customer.note,
        customer.due_fen,
        date.fromisoformat(customer.due_on) if customer.due_on else None,
        customer.phones,
        customer.assets,
        customer.attributes,
    )


def test_a_whole_record_comes_back_equal(records: Records) -> None:
    assert records.customer(LI.id) == LI
    assert records.customer(WANG.id) == WANG
    assert records.customer(NOBODY) is None


def test_attributes_keep_their_order(records: Records) -> None:
    found = records.customer(LI.id)
    assert found is not None
    assert list(found.assets[0].attributes) == ["表号", "表型", "安装年份", "在用", "备注"]


@pytest.mark.parametrize(
    ("number", "limit", "expected"),
    [
        ("+8616800000001", 5, [LI]),
        ("+8616800000009", 5, [WANG, LI]),
        ("+8616800000009", 1, [WANG]),
        ("+8616800000002", 5, []),
        ("", 5, []),
    ],
)
def test_by_number_the_owner_of_the_first_phone_comes_first(
    records: Records, number: str, limit: int, expected: list[Customer]
) -> None:
    assert list(records.customers_by_number(number, limit)) == expected


def test_by_account(records: Records) -> None:
    assert records.customer_by_account("2000000002") == WANG
    assert records.customer_by_account("200000000") is None


def test_past_calls_are_ended_ones_newest_first(records: Records) -> None:
    assert list(records.past_calls(LI.id)) == [LAST, FIRST]
    assert list(records.past_calls(LI.id, 1)) == [LAST]
    assert list(records.past_calls(NOBODY)) == []


def test_any_thread_may_read(records: Records) -> None:
    def ask(_: int) -> Customer | None:
        return records.customer(LI.id)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(64))) == [LI] * 64
