"""FastAGI sessions of 10 commands, 50 at once: ours, pyst2's AGI in threads and panoramisk. Prints one JSON line last.

Run as `python -m tests.bench.agi`. The scripted switch runs in this process, each server in one of its own.
"""

import json
import selectors
import socket
import statistics
import subprocess
import sys
import time

from tests.asterisk.scripted_agi import environment

SESSIONS = 1000
AT_ONCE = 50
COMMANDS = 10
ROUNDS = 5
SERVERS = ("ours", "pyst2_threads", "panoramisk")


class Caller:
    """The switch's side of one session: answers each command until the server closes."""

    def __init__(self, port: int) -> None:
        self.commands = 0
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(environment())

    def go_on(self) -> bool:
        """Answer what came; return False when the session is over."""
        received = self.socket.recv(4096)
        if not received:
            self.socket.close()
            return False
        for line in received.splitlines():
            self.commands += 1
            self.socket.sendall("200 result=1 (李娜)\n".encode() if line.startswith(b"GET") else b"200 result=0\n")
        return True


def drive(port: int, sessions: int) -> float:
    """Return how many seconds `sessions` whole sessions took, AT_ONCE at a time."""
    selector = selectors.DefaultSelector()
    begun = ended = 0
    start = time.perf_counter()
    while ended < sessions:
        while begun < sessions and begun - ended < AT_ONCE:
            caller = Caller(port)
            selector.register(caller.socket, selectors.EVENT_READ, caller)
            begun += 1
        for key, _ in selector.select(30):
            selector_socket = key.fileobj
            if not key.data.go_on():
                selector.unregister(selector_socket)
                if key.data.commands != COMMANDS:
                    raise AssertionError(f"{key.data.commands} commands in a session, not {COMMANDS}")
                ended += 1
    seconds = time.perf_counter() - start
    selector.close()
    return seconds


def measure(server: str) -> tuple[float, float]:
    """Return (sessions a second, CPU microseconds a session) of one run in a fresh process."""
    command = [sys.executable, "-m", "tests.bench.agi_servers", server]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        port = int(process.stdout.readline())
        drive(port, 100)
        process.stdin.write("begin\n")
        process.stdin.flush()
        process.stdout.readline()
        seconds = drive(port, SESSIONS)
        process.stdin.write("end\n")
        process.stdin.flush()
        cpu = float(process.stdout.readline())
        process.stdin.close()
        process.wait(10)
    return SESSIONS / seconds, cpu / SESSIONS * 1e6


def main() -> None:
    runs: dict[str, list[tuple[float, float]]] = {server: [] for server in SERVERS}
    for _ in range(ROUNDS):
        for server in SERVERS:
            runs[server].append(measure(server))
    rate = {server: statistics.median(run[0] for run in each) for server, each in runs.items()}
    cpu = {server: statistics.median(run[1] for run in each) for server, each in runs.items()}
    result = {
        "bench": "agi",
        "commands": COMMANDS,
        "at_once": AT_ONCE,
        "sessions": SESSIONS,
        "sessions_a_second": {server: round(value) for server, value in rate.items()},
        "cpu_us_a_session": {server: round(value, 1) for server, value in cpu.items()},
        "rate_times_panoramisk": {server: round(value / rate["panoramisk"], 2) for server, value in rate.items()},
        "rate_times_pyst2": {server: round(value / rate["pyst2_threads"], 2) for server, value in rate.items()},
        "cpu_of_panoramisk": {server: round(value / cpu["panoramisk"], 2) for server, value in cpu.items()},
        "target_rate_times_panoramisk": 1,
        "rounds": ROUNDS,
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
