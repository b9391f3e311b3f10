"""A small real server on a free port that serves the built pages and plays wire messages, so every state can be seen.

Knows no engine and no switch: a test says what the server holds and what happens next.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, request, send_from_directory, session
from flask_socketio import SocketIO, disconnect, join_room
from werkzeug.serving import WSGIRequestHandler, make_server

from callcenter.adapters.web import wire
from tests.ui import props

PAGES = Path(__file__).resolve().parents[2] / "callcenter" / "_desk"
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' ws:; base-uri 'none'"
"""As strict as the real server: a page that needs more must fail here."""
Answer = tuple[Response, int] | Response


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: a test that fails says enough."""


class Stage:
    """What the server holds. `post` keeps every form that arrived; `on` lets a test answer a path itself."""

    def __init__(self) -> None:
        self.me: wire.Me = props.agent_person()
        self.rules = props.rules()
        self.desk = props.desk()
        self.board = props.board()
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.pages: list[str] = []
        self.on: dict[str, Callable[[dict[str, Any]], wire.Wire]] = {}
        self.refuse: dict[str, tuple[int, wire.Problem]] = {}
        self.silent = False
        self._arrived = threading.Condition()
        self._stop = threading.Event()
        self.app = Flask("stage", static_folder=None)
        self.app.secret_key = "stage"
        self.app.json.sort_keys = False  # type: ignore[attr-defined]
        self.sockets = SocketIO(self.app, async_mode="threading", cors_allowed_origins="*")
        self._routes()
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._threads = [
            threading.Thread(target=self._server.serve_forever, daemon=True),
            threading.Thread(target=self._beat, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._stop.set()
        self._server.shutdown()

    # --- what happens -----------------------------------------------------------------------------

    def change_desk(self, **parts: Any) -> wire.Done:
        """Apply a desk change and send it; returns the answer to a command that caused it."""
        change = wire.DeskChange(seq=self.desk.seq + 1, now_ms=props.now_ms(), **parts)
        keep = {
            "agent": change.agent,
            "call": change.call,
            "customer": change.customer,
            "candidates": change.candidates,
        }
        update: dict[str, Any] = {"seq": change.seq, "now_ms": change.now_ms}
        if change.clear_call or change.call is not None:
            update |= {"call": None, "customer": None, "candidates": []}
        update |= {name: value for name, value in keep.items() if value is not None}
        if change.queue is not None:
            update["queues"] = self.desk.queues | {change.queue.id: change.queue}
        self.desk = self.desk.model_copy(update=update)
        self.sockets.emit("desk", change.model_dump(), to="desk")
        return wire.Done()

    def change_board(self, **parts: Any) -> None:
        """Apply a board change and send it."""
        change = wire.BoardChange(seq=self.board.seq + 1, now_ms=props.now_ms(), **parts)
        gone = set(change.gone_waiting)
        self.board = self.board.model_copy(
            update={
                "seq": change.seq,
                "queues": self.board.queues | change.queues,
                "agents": self.board.agents | change.agents,
                "waiting": {k: v for k, v in (self.board.waiting | change.waiting).items() if k not in gone},
                "book": change.book or self.board.book,
            }
        )
        self.sockets.emit("board", change.model_dump(), to="board")

    def sign_out(self, zh: str, en: str) -> None:
        """Tell every desk that it lost the seat."""
        self.sockets.emit("signed_out", {"reason": {"zh": zh, "en": en}}, to="desk")

    def wait_post(self, path: str, count: int = 1, seconds: float = 8) -> dict[str, Any]:
        """Return the last form that was sent to `path`, once `count` have come."""
        with self._arrived:
            came = self._arrived.wait_for(lambda: sum(p == path for p, _ in self.posts) >= count, seconds)
        assert came, f"nothing was sent to {path}; came: {[p for p, _ in self.posts]}"
        return [form for p, form in self.posts if p == path][-1]

    # --- what is served ---------------------------------------------------------------------------

    def _beat(self) -> None:
        while not self._stop.wait(1):
            if not self.silent:
                self._pulse()

    def _pulse(self) -> None:
        pulse = wire.Pulse(
            now_ms=props.now_ms(), desk_seq=self.desk.seq, board_seq=self.board.seq, switch_up=self.desk.switch_up
        )
        for room in ("desk", "board"):
            other = {"desk": "board_seq", "board": "desk_seq"}[room]
            self.sockets.emit("pulse", pulse.model_dump() | {other: None}, to=room)

    def _routes(self) -> None:
        app = self.app

        @app.post("/api/login")
        def login() -> Answer:
            form = wire.LoginForm.model_validate(request.get_json())
            if form.password != "right":
                return _problem(401, "wrong", "账号或密码不对，再试一次", "Wrong login or password. Try again")
            session["login"] = form.login
            return jsonify(self.me.model_dump())

        @app.before_request
        def guard() -> Answer | None:
            path = request.path
            if path.startswith("/api/") and path != "/api/login" and "login" not in session:
                return _problem(401, "nobody", "请先登录", "Log in first")
            if path in self.refuse:
                status, problem = self.refuse[path]
                return jsonify(problem.model_dump()), status
            return None

        @app.after_request
        def harden(answer: Response) -> Response:
            answer.headers["Content-Security-Policy"] = POLICY
            return answer

        @app.get("/api/welcome")
        def welcome() -> Answer:
            return jsonify({"organisation": self.me.organisation.model_dump(), "hotline": self.me.hotline})

        @app.get("/api/me")
        def me() -> Answer:
            return jsonify(self.me.model_dump())

        @app.get("/api/desk/rules")
        def desk_rules() -> Answer:
            return jsonify(self.rules.model_dump())

        @app.get("/api/desk")
        def desk() -> Answer:
            return jsonify(self.desk.model_copy(update={"now_ms": props.now_ms()}).model_dump())

        @app.get("/api/board")
        def board() -> Answer:
            return jsonify(self.board.model_copy(update={"now_ms": props.now_ms()}).model_dump())

        @app.route("/api/<path:path>", methods=["POST", "PUT"])
        def act(path: str) -> Answer:
            form = request.get_json()
            with self._arrived:
                self.posts.append((path, form))
                self._arrived.notify_all()
            if path == "logout":
                session.clear()
            answer = self.on[path](form) if path in self.on else wire.Done()
            return jsonify(answer.model_dump())

        @app.get("/", defaults={"path": ""})
        @app.get("/<path:path>")
        def page(path: str) -> Response:
            if path.startswith(("api/", "assets/")) and not (PAGES / path).is_file():
                abort(404)
            return send_from_directory(PAGES, path if (PAGES / path).is_file() else "index.html")

        @self.sockets.on("connect")  # type: ignore[untyped-decorator]
        def connect(auth: dict[str, Any] | None) -> bool | None:
            if "login" not in session or auth is None:
                return False
            self.pages.append(str(auth["page"]))
            for room in auth["want"]:
                join_room(room)
            return None

    def hang_up_sockets(self) -> None:
        """Close every socket, as a restart does."""
        for sid in list(self.sockets.server.manager.rooms.get("/", {}).get(None, {})):
            with self.app.test_request_context():
                disconnect(sid, namespace="/")


def _problem(status: int, code: str, zh: str, en: str) -> tuple[Response, int]:
    return jsonify(wire.Problem(code=code, zh=zh, en=en).model_dump()), status
