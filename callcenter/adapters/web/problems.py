"""Every way in which a request can fail, as a `Problem` in both languages. Never echoes what was sent."""

from http import HTTPStatus

import structlog
from flask import Flask, Response, jsonify
from flask_limiter import RateLimitExceeded
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from callcenter.adapters.web.wire import Problem
from callcenter.domain.errors import Refused
from callcenter.service.ports import RecordsAway

log = structlog.get_logger(__name__)

_WORDS = {
    401: ("not_logged_in", "请先登录。", "Please log in."),
    403: ("forbidden", "您没有权限进行此操作。", "You may not do that."),
    404: ("not_found", "没有找到。", "Not found."),
    405: ("wrong_method", "不支持这种请求方式。", "That method is not supported here."),
    415: ("not_json", "请使用 JSON 格式提交。", "Send JSON."),
}


class Stop(Exception):
    """Ends a request with a problem; the status says whose fault it is."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem.en)
        self.status, self.problem = status, problem


def stop(status: int) -> Stop:
    """Return the usual problem of a status."""
    code, zh, en = _WORDS[status]
    return Stop(status, Problem(code=code, zh=zh, en=en))


def refused_body(fault: ValidationError) -> Response:
    """Answer a body that does not fit its model: which fields, and why; never what was in them."""
    fields = {".".join(map(str, item["loc"])): item["type"] for item in fault.errors(include_input=False)}
    problem = Problem(code="bad_request", zh="提交的内容有误，请检查。", en="Some fields are wrong.", fields=fields)
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, problem)


def catch(app: Flask) -> None:
    """Turn every exception of the app into a Problem."""

    @app.errorhandler(Stop)
    def _stop(fault: Stop) -> Response:
        return _answer(fault.status, fault.problem)

    @app.errorhandler(Refused)
    def _refused(fault: Refused) -> Response:
        text = fault.message
        return _answer(HTTPStatus.CONFLICT, Problem(code=text.code, zh=text.zh, en=text.en))

    @app.errorhandler(RecordsAway)
    def _records(_fault: RecordsAway) -> Response:
        words = Problem(
            code="records_away",
            zh="数据库暂时没有响应，请稍后重试；通话不受影响。",
            en="The database is not answering; calls go on. Try again in a moment.",
        )
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, words)

    @app.errorhandler(RateLimitExceeded)
    def _limit(_fault: RateLimitExceeded) -> Response:
        words = Problem(
            code="too_many", zh="尝试次数过多，请一分钟后再试。", en="Too many attempts; try again in a minute."
        )
        return _answer(HTTPStatus.TOO_MANY_REQUESTS, words)

    @app.errorhandler(HTTPException)
    def _http(fault: HTTPException) -> Response:
        status = fault.code or 500
        code, zh, en = _WORDS.get(status, ("http_error", "请求未能完成。", "The request failed."))
        answer = _answer(status, Problem(code=code, zh=zh, en=en))
        if allow := getattr(fault, "valid_methods", None):
            answer.headers["Allow"] = ", ".join(allow)
        return answer

    @app.errorhandler(Exception)
    def _bug(fault: Exception) -> Response:
        log.exception("request_fault", fault=type(fault).__name__)
        words = Problem(
            code="server_fault",
            zh="服务器出错，已记录；请重试，仍不行请联系管理员。",
            en="The server failed and has logged it; try again, then tell your administrator.",
        )
        return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, words)


def _answer(status: int, problem: Problem) -> Response:
    answer = jsonify(problem.model_dump())
    answer.status_code = int(status)
    return answer
