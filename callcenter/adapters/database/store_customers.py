"""Writes customers in bulk, new or known by their account: COPY on PostgreSQL, executemany on SQLite."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, select, text, update

from callcenter.adapters.database.columns import storable
from callcenter.adapters.database.engine import to_json
from callcenter.adapters.database.names import spell
from callcenter.adapters.database.tables import ASSETS, CUSTOMER_PHONES, CUSTOMERS
from callcenter.domain.customer import Asset, Phone

LOCK_KEY = 4_704_001
"""PostgreSQL advisory lock: one bulk writer at a time, so that two never give one account two ids."""
CUSTOMER_COLUMNS = tuple(column.name for column in CUSTOMERS.columns)


@dataclass(frozen=True, slots=True)
class CustomerDraft:
    """A customer who has no id yet. The account tells who it is."""

    account: str
    name: str
    tier: str = ""
    address: str = ""
    flags: tuple[str, ...] = ()
    note: str = ""
    due_fen: int | None = None
    due_on: date | None = None
    phones: tuple[Phone, ...] = ()
    assets: tuple[Asset, ...] = ()
    attributes: Mapping[str, str | int | bool | None] = field(default_factory=dict)


def store_customers(connection: Connection, drafts: Sequence[CustomerDraft]) -> None:
    """Insert new accounts and replace known ones, phones and assets too. Inside the caller's write transaction.

    A later draft of the same account wins.
    """
    latest = {draft.account: draft for draft in drafts}
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK_KEY)))
    known = _known(connection, list(latest))
    new = [draft for account, draft in latest.items() if account not in known]
    fresh = dict(zip((draft.account for draft in new), _new_ids(connection, len(new)), strict=True))
    if known:
        _replace(connection, [_customer(known[a], draft) for a, draft in latest.items() if a in known])
    ids = known | fresh
    _add(connection, CUSTOMERS, (_customer(fresh[draft.account], draft) for draft in new))
    _add(connection, CUSTOMER_PHONES, (row for a, draft in latest.items() for row in _phones(ids[a], draft)))
    _add(connection, ASSETS, (row for a, draft in latest.items() for row in _assets(ids[a], draft)))


def _known(connection: Connection, accounts: list[str]) -> dict[str, int]:
    rows = connection.execute(
        select(CUSTOMERS.c.account, CUSTOMERS.c.id).where(
            CUSTOMERS.c.account.in_(bindparam("accounts", expanding=True))
        ),
        {"accounts": accounts},
    )
    return {row.account: row.id for row in rows}


def _new_ids(connection: Connection, count: int) -> list[int]:
    if connection.dialect.name == "postgresql":
        sql = text("SELECT nextval(pg_get_serial_sequence('customers', 'id')) FROM generate_series(1, :count)")
        return list(connection.scalars(sql, {"count": count}))
    first = (connection.scalar(select(func.max(CUSTOMERS.c.id))) or 0) + 1
    return list(range(first, first + count))


def _customer(key: int, draft: CustomerDraft) -> dict[str, Any]:
    initials, pinyin = spell(draft.name)
    return {
        "id": key,
        "account": draft.account,
        "name": draft.name,
        "initials": initials,
        "pinyin": pinyin,
        "tier": draft.tier,
        "address": draft.address,
        "flags": list(draft.flags),
        "note": draft.note,
        "due_fen": draft.due_fen,
        "due_on": draft.due_on,
        "attributes": dict(draft.attributes),
    }


def _phones(key: int, draft: CustomerDraft) -> Iterable[dict[str, Any]]:
    for place, phone in enumerate(draft.phones):
        number = {"number": phone.number, "backwards": phone.number[::-1]}
        yield {"customer_id": key, "place": place, **number, "label": phone.label}


def _assets(key: int, draft: CustomerDraft) -> Iterable[dict[str, Any]]:
    for place, asset in enumerate(draft.assets):
        named = {"kind": asset.kind, "label": asset.label, "attributes": dict(asset.attributes)}
        yield {"customer_id": key, "place": place, **named}


def _replace(connection: Connection, rows: list[dict[str, Any]]) -> None:
    keys = [row["id"] for row in rows]
    for table in (CUSTOMER_PHONES, ASSETS):
        connection.execute(delete(table).where(table.c.customer_id.in_(keys)))
    connection.execute(
        update(CUSTOMERS).where(CUSTOMERS.c.id == bindparam("key")),
        [{"key": row["id"], **{name: value for name, value in row.items() if name != "id"}} for row in rows],
    )


def _add(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows past SQLAlchemy, whose care costs minutes at a million rows. Names in the SQL are the tables own."""
    names = [column.name for column in table.columns]
    plain = ([_plain(row[name]) for name in names] for row in rows)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor().copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
            for values in plain:
                copy.write_row(values)
    elif listed := [tuple(values) for values in plain]:
        marks = ", ".join("?" * len(names))
        columns = ", ".join(names)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", listed)  # noqa: S608


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list | dict):
        return to_json(value) if value else ("[]" if isinstance(value, list) else "{}")
    return value.isoformat() if isinstance(value, date) else value
