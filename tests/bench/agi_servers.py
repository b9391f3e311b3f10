"""The servers that the AGI bench compares, each in its own process: ours, pyst2's AGI in threads, panoramisk.

Prints its port; at a line on standard input prints, at the next one its CPU seconds in between.
"""

import asyncio
import io
import logging
import os
import socketserver
import sys
import threading
import time
from collections.abc import Callable

from callcenter.adapters.asterisk.agi.line import AgiLine
from callcenter.adapters.asterisk.agi.server import AgiServer


def serve_ours(line: AgiLine) -> None:
    line.answer()
    for _ in range(2):
        line.get("CC_A")
        line.put("CC_B", "agent 1")
        line.play("hello", "12")
        line.wait_key(2)
    line.verbose("done", 1)


def ours() -> int:
    server = AgiServer("127.0.0.1", 0, serve_ours)
    server.start()
    return server.port


class Nowhere(io.TextIOBase):
    """Takes pyst2's trace; writing it to a file would cost it more."""

    def write(self, text: str) -> int:
        return len(text)


def pyst2_threads() -> int:
    from asterisk.agi import AGI  # noqa: PLC0415  # a peer, needed in this row only

    class Runnable(AGI):  # type: ignore[misc]
        """pyst2's AGI with the least that lets it run in a thread: no signal, text files."""

        def __init__(self, stream: io.TextIOWrapper) -> None:
            self.stdin = self.stdout = stream
            self.stderr = Nowhere()
            self._got_sighup = False
            self.env: dict[str, str] = {}
            self._get_agi_env()

    class Session(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            agi = Runnable(self.request.makefile("rw", encoding="utf-8", newline="\n"))
            agi.answer()
            for _ in range(2):
                agi.get_variable("CC_A")
                agi.set_variable("CC_B", "agent 1")
                agi.stream_file("hello", "12")
                agi.wait_for_digit(2000)
            agi.verbose("done", 1)

    class Server(socketserver.ThreadingTCPServer):
        request_queue_size = 1024
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Session)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_address[1])


def panoramisk() -> int:
    from panoramisk.fast_agi import Application, Request  # noqa: PLC0415  # a peer, needed in this row only

    async def session(request: Request) -> None:
        await request.send_command("ANSWER")
        for _ in range(2):
            await request.send_command('GET VARIABLE "CC_A"')
            await request.send_command('SET VARIABLE "CC_B" "agent 1"')
            await request.send_command('STREAM FILE "hello" "12"')
            await request.send_command("WAIT FOR DIGIT 2000")
        await request.send_command('VERBOSE "done" 1')

    loop = asyncio.new_event_loop()
    application = Application(loop=loop)
    application.add_route("call", session)
    server = loop.run_until_complete(asyncio.start_server(application.handler, "127.0.0.1", 0, backlog=1024))
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return int(server.sockets[0].getsockname()[1])


STARTS: dict[str, Callable[[], int]] = {"ours": ours, "pyst2_threads": pyst2_threads, "panoramisk": panoramisk}


def main() -> None:
    logging.disable(logging.CRITICAL)
    if len(sys.argv) > 2:
        os.sched_setaffinity(0, {int(sys.argv[2])})
    sys.stdout.write(f"{STARTS[sys.argv[1]]()}\n")
    sys.stdout.flush()
    before = 0.0
    for _ in sys.stdin:
        now = time.process_time()
        sys.stdout.write(f"{now - before}\n")
        sys.stdout.flush()
        before = now


if __name__ == "__main__":
    main()
