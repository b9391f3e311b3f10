"""A psycopg connection that gives up waiting by the client's own clock. Knows nothing of tables or SQLAlchemy pools.

`statement_timeout` needs a living server to ring it; a server that is stopped or swapped out would hold us for ever.
"""

import time
from collections.abc import Callable, Generator
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from sqlalchemy.engine import URL

GRACE_SECONDS = 0.2
"""What the server's own timeout is given to answer first, so that the connection stays usable."""


class BoundedConnection(psycopg.Connection[Any]):
    """Closes itself and raises OperationalError when one exchange with the server takes longer than `limit_seconds`."""

    limit_seconds = 10.0

    def wait(self, gen: PQGen[RV], interval: float = 0.05, timeout: float | None = None) -> RV:
        """Return what the exchange brings."""
        return super().wait(self._bounded(gen), interval, timeout)

    def _bounded(self, gen: PQGen[RV]) -> Generator[Any, Any, RV]:
        give_up = time.monotonic() + self.limit_seconds
        try:
            wish = next(gen)
            while True:
                ready = yield wish
                if not ready and time.monotonic() > give_up:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"no answer from the server in {self.limit_seconds:.1f} s")
                wish = gen.send(ready)
        except StopIteration as done:
            value: RV = done.value
            return value


def connector(url: URL, seconds: int, options: str = "") -> Callable[[], psycopg.Connection[Any]]:
    """Return a function that opens a connection whose every statement ends within about `seconds`."""
    arguments: dict[str, Any] = dict(url.query)
    arguments.update(url.translate_connect_args(database="dbname", username="user"))
    arguments["options"] = (
        f"{arguments.get('options', '')} -c statement_timeout={seconds * 1000} -c timezone=UTC {options}"
    )
    arguments.setdefault("connect_timeout", 2)
    arguments.setdefault("application_name", "callcenter")

    class Limited(BoundedConnection):
        limit_seconds = seconds + GRACE_SECONDS

    return lambda: Limited.connect(**arguments)
