"""Runs the application: one gunicorn worker with a thread for each socket, restarted by its parent when it dies."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication


class Server(BaseApplication):  # type: ignore[misc]
    """One worker, because the engine lives in it. `make` builds the house after the fork; `close` ends it."""

    def __init__(
        self, host: str, port: int, threads: int, make: Callable[[], Flask], close: Callable[[], None]
    ) -> None:
        self._host, self._port, self._threads = host, port, threads
        self._make, self._close = make, close
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its settings."""
        settings: dict[str, Any] = {
            "bind": f"{self._host}:{self._port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": self._threads,
            "timeout": 0,
            "graceful_timeout": 3,
            "keepalive": 5,
            "accesslog": None,
            "loglevel": "warning",
            "preload_app": False,
            "worker_exit": lambda _server, _worker: self._close(),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application inside the worker."""
        return self._make()
