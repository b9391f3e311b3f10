"""Records what a house's own AMI user is told: run beside a demonstration, `python -m tests.asterisk.record_house`.

Writes recordings/house_calls.xz until the switch closes the link. The demonstration's numbers are invented.
"""

import json
import lzma
import socket
import sys
import tomllib
from pathlib import Path

from tests.asterisk.recorded import FOLDER


def main(folder: Path) -> None:
    """Record the demonstration that runs in `folder`."""
    port = tomllib.loads((folder / "settings.toml").read_text("utf-8"))["switch"]["ami_port"]
    secret = json.loads((folder / "secrets.json").read_text("utf-8"))["ami"]
    with socket.create_connection(("127.0.0.1", port)) as link, lzma.open(FOLDER / "house_calls.xz", "wb") as out:
        link.sendall(f"Action: Login\r\nUsername: callcenter\r\nSecret: {secret}\r\n\r\n".encode())
        while received := link.recv(65536):
            out.write(received)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".run/demo"))
