"""A whole house for a bench: the real server process on its own ports, ended by its pid."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from callcenter.settings import Settings

BOOT_SECONDS = 60


@contextmanager
def running_house(folder: Path, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the server process of the settings file in `folder`, once it is ready."""
    command = [sys.executable, "-m", "callcenter", "serve", "--settings", str(folder / "settings.toml")]
    environ = {**os.environ, "CALLCENTER_HOME": str(settings.home)}
    with (folder / "server.log").open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, env=environ, start_new_session=True)
    try:
        deadline = time.monotonic() + BOOT_SECONDS
        while not _ready(f"http://{settings.web.host}:{settings.web.port}/healthz"):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "server.log").read_text("utf-8", errors="replace")[-2000:])
            time.sleep(0.1)
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _ready(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
