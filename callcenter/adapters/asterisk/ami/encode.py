"""Writes one AMI action as bytes. A value can never become a second header or a second action."""

from collections.abc import Mapping, Sequence

Fields = Mapping[str, str | Sequence[str]]

LINE_BYTES = 1024
"""Asterisk 20-22 reads a header line into 1025 bytes and throws the whole action away when one is longer."""

HEADERS = 128
"""Asterisk keeps at most 128 headers of an action (AST_MAX_MANHEADERS)."""

_FORBIDDEN = frozenset("\r\n\0")


def encode(action: Fields, action_id: str) -> bytes:
    """Return the action's bytes; a sequence repeats its header.

    Raises:
        ValueError: a name or value holds CR, LF or NUL, a line is too long, or there are too many; nothing was sent.
    """
    lines = [
        _line(header, one)
        for header, value in action.items()
        if header.lower() != "actionid"
        for one in ((value,) if isinstance(value, str) else value)
    ]
    lines.insert(1, _line("ActionID", action_id))
    if len(lines) > HEADERS:
        raise ValueError(
            f"动作的字段过多(最多 {HEADERS} 个),请减少变量 / too many headers, at most {HEADERS}: send fewer variables"
        )
    return b"".join(lines) + b"\r\n"


def _line(header: str, value: str) -> bytes:
    if not header or ":" in header or not _FORBIDDEN.isdisjoint(header):
        raise ValueError("动作的字段名无效，只写字母 / the name of a header is not valid: use letters only")
    if not _FORBIDDEN.isdisjoint(value):
        raise ValueError(f"{header} 含换行或空字符，请删去 / {header} holds a line break or NUL: take it out")
    line = f"{header}: {value}\r\n".encode("utf-8", "replace")
    if len(line) > LINE_BYTES:
        raise ValueError(
            f"{header} 过长(最多 {LINE_BYTES} 字节),请缩短 / "
            f"{header} is too long, at most {LINE_BYTES} bytes: shorten it"
        )
    return line
