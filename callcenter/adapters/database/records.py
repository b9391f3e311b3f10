"""Reads about customers and their past calls: `ports.Records`, and the search of the web. Writes nothing."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, and_, bindparam, func, or_, select

from callcenter.adapters.database.engine import Database
from callcenter.adapters.database.phones import e164
from callcenter.adapters.database.tables import ASSETS, CALLS, CUSTOMER_PHONES, CUSTOMERS
from callcenter.domain.customer import Asset, Customer, PastCall, Phone
from callcenter.domain.ids import AgentId, CallId, CustomerId

LAST_SIGN = "\U0010ffff"
TAIL_DIGITS = 4
BY_NAME = (CUSTOMERS.c.name, CUSTOMERS.c.account)


class DatabaseRecords:
    """Implements `ports.Records`. A customer, with phones and assets, comes in one indexed query: the screen pop waits
    for it. The queries are built once; only their values change."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._whole = _whole(database.kind)
        self._by_id = self._whole.where(CUSTOMERS.c.id == bindparam("wanted"))
        self._by_account = self._whole.where(CUSTOMERS.c.account == bindparam("wanted"))
        self._by_number = (
            self._whole.join(CUSTOMER_PHONES, CUSTOMER_PHONES.c.customer_id == CUSTOMERS.c.id)
            .where(CUSTOMER_PHONES.c.number == bindparam("wanted"))
            .order_by(CUSTOMER_PHONES.c.place, CUSTOMERS.c.id)
            .limit(bindparam("limit"))
        )

    def customer(self, customer: CustomerId) -> Customer | None:
        """Return the whole record, or None. Raises RecordsAway."""
        found = self._customers(self._by_id, wanted=customer)
        return found[0] if found else None

    def customers_by_number(self, number: str, limit: int = 5) -> Sequence[Customer]:
        """Return the customers who have this number; those whose first phone it is come first. Raises RecordsAway."""
        wanted = number if number.startswith("+") else e164(number) or number
        return self._customers(self._by_number, wanted=wanted, limit=limit)

    def customer_by_account(self, account: str) -> Customer | None:
        """Return the customer with this account, or None. Raises RecordsAway."""
        found = self._customers(self._by_account, wanted=account)
        return found[0] if found else None

    def past_calls(self, customer: CustomerId, limit: int = 5) -> Sequence[PastCall]:
        """Return ended calls of a customer, newest first. Raises RecordsAway."""
        with self._database.reading() as connection:
            rows = connection.execute(PAST_CALLS, {"customer": customer, "limit": limit})
            return [_past_call(row) for row in rows]

    def search_customers(self, words: str, limit: int = 20) -> Sequence[Customer]:
        """Return customers whose account, name, pinyin or initials begin so, or whose phone ends so (4 digits or more).

        Sorted by name, then account; nothing for an empty search. Raises RecordsAway.
        """
        wanted = "".join(unicodedata.normalize("NFKC", words).split()).lower()
        if not wanted:
            return []
        ids = select(CUSTOMERS.c.id).where(_matches(wanted)).limit(limit)
        digits = wanted.removeprefix("+")
        tail = select(CUSTOMER_PHONES.c.customer_id).where(_begins(CUSTOMER_PHONES.c.backwards, digits[::-1]))
        with self._database.reading() as connection:
            found = set(connection.scalars(ids))
            if digits.isdigit() and len(digits) >= TAIL_DIGITS:
                found |= set(connection.scalars(tail.limit(limit)))
            query = self._whole.where(CUSTOMERS.c.id.in_(found)).order_by(*BY_NAME).limit(limit)
            return [_customer(row) for row in connection.execute(query)]

    def _customers(self, query: Select[Any], **values: Any) -> Sequence[Customer]:
        with self._database.reading() as connection:
            return [_customer(row) for row in connection.execute(query, values)]


PAST_CALLS = (
    select(*CALLS.c["id", "arrived_at", "outcome", "agent", "talk_seconds", "code", "note"])
    .where(CALLS.c.customer == bindparam("customer"), CALLS.c.ended_at.is_not(None))
    .order_by(CALLS.c.arrived_at.desc(), CALLS.c.id.desc())
    .limit(bindparam("limit"))
)


def _whole(kind: str) -> Select[Any]:
    """Return the select of customers with `phones` and `assets` as JSON lists, each row led by its place."""
    listed, row = (
        (func.json_group_array, func.json_array) if kind == "sqlite" else (func.json_agg, func.json_build_array)
    )
    attributes = func.json(ASSETS.c.attributes) if kind == "sqlite" else ASSETS.c.attributes
    asset = row(ASSETS.c.place, ASSETS.c.kind, ASSETS.c.label, attributes)
    own_phones = CUSTOMER_PHONES.alias("own_phones")
    phone = row(own_phones.c.place, own_phones.c.number, own_phones.c.label)
    phones = select(listed(phone, type_=JSON)).where(own_phones.c.customer_id == CUSTOMERS.c.id)
    assets = select(listed(asset, type_=JSON)).where(ASSETS.c.customer_id == CUSTOMERS.c.id)
    return select(
        CUSTOMERS,
        phones.correlate(CUSTOMERS).scalar_subquery().label("phones"),
        assets.correlate(CUSTOMERS).scalar_subquery().label("assets"),
    )


def _begins(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """Return a range of the column's index: bytes are compared, so everything that begins so lies together."""
    return and_(column >= prefix, column < prefix + LAST_SIGN)


def _matches(wanted: str) -> ColumnElement[bool]:
    if wanted.isdigit():
        return _begins(CUSTOMERS.c.account, wanted)
    if wanted.isascii():
        return or_(
            _begins(CUSTOMERS.c.initials, wanted),
            _begins(CUSTOMERS.c.pinyin, wanted),
            _begins(CUSTOMERS.c.account, wanted.upper()),
        )
    return _begins(CUSTOMERS.c.name, wanted)


def _customer(row: Any) -> Customer:
    return Customer(
        id=CustomerId(row.id),
        name=row.name,
        account=row.account,
        tier=row.tier,
        address=row.address,
        flags=tuple(row.flags),
        note=row.note,
        due_fen=row.due_fen,
        due_on=row.due_on.isoformat() if row.due_on else "",
        phones=tuple(Phone(number, label) for _, number, label in sorted(row.phones or [])),
        assets=tuple(
            Asset(kind, label, attributes)
            for _, kind, label, attributes in sorted(row.assets or [], key=lambda asset: asset[0])
        ),
        attributes=row.attributes,
    )


def _past_call(row: Any) -> PastCall:
    return PastCall(
        call=CallId(row.id),
        at=row.arrived_at,
        outcome=row.outcome,
        agent=AgentId(row.agent) if row.agent else None,
        talk_seconds=row.talk_seconds,
        code=row.code,
        note=row.note,
    )
