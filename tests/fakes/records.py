"""Records in memory with the manners of the real ones; both pass `test_records_contract.py`."""

from collections.abc import Mapping, Sequence

from callcenter.domain.customer import Customer, PastCall
from callcenter.domain.ids import CustomerId
from callcenter.service.ports import RecordsAway


class MemoryRecords:
    """Implements `ports.Records`. Set `away` to let every read fail as if the database were gone."""

    def __init__(
        self, customers: Sequence[Customer] = (), calls: Mapping[CustomerId, Sequence[PastCall]] | None = None
    ) -> None:
        self.customers = list(customers)
        self.calls = dict(calls or {})
        self.away = False

    def customer(self, customer: CustomerId) -> Customer | None:
        return next((c for c in self._all() if c.id == customer), None)

    def customers_by_number(self, number: str, limit: int = 5) -> Sequence[Customer]:
        found = [
            (place, customer.id, customer)
            for customer in self._all()
            for place, phone in enumerate(customer.phones)
            if phone.number == number
        ]
        return [customer for _, _, customer in sorted(found, key=lambda one: one[:2])][:limit]

    def customer_by_account(self, account: str) -> Customer | None:
        return next((c for c in self._all() if c.account == account), None)

    def past_calls(self, customer: CustomerId, limit: int = 5) -> Sequence[PastCall]:
        self._all()
        return sorted(self.calls.get(customer, ()), key=lambda call: call.at, reverse=True)[:limit]

    def _all(self) -> list[Customer]:
        if self.away:
            raise RecordsAway("数据库没有应答 / the database did not answer")
        return self.customers
