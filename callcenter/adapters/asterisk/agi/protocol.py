"""FastAGI as bytes: the environment and the answers in, commands out. No socket, no clock; decides nothing."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

ENVIRONMENT_LINES = 100
ENVIRONMENT_BYTES = 16 * 1024
ANSWER_LINES = 200
ANSWER_BYTES = 64 * 1024

COMMAND_BYTES = 2047
"""What is longer than the switch's buffer is carried out as a second command (seen on Asterisk 22.10.1 from 8192 bytes
on, whose buffer was 2048 bytes in earlier versions)."""

_VERB = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)*")
_ANSWER = re.compile(r"(\d{3})(?: result=(\S*))?(?: \((.*)\))?(?: endpos=(\d+))?\s*", re.DOTALL)
_PLAIN = "200 result="


class Quoted(str):
    """A word that already stands in quotes, with what is inside it escaped."""

    __slots__ = ()


def quote(word: str) -> Quoted:
    """Return the word in double quotes as Asterisk's AGI reads it. Raises ValueError on CR, LF or NUL."""
    if "\n" in word or "\r" in word or "\0" in word:
        raise ValueError("参数含换行或空字符，请删去 / the argument holds a line break or NUL: take it out")
    return Quoted(_quoted(word))


def _quoted(word: str) -> str:
    if "\\" in word or '"' in word:
        word = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{word}"'


@lru_cache(maxsize=64)
def _verb(verb: str) -> str:
    if not _VERB.fullmatch(verb):
        raise ValueError("AGI 命令名无效 / not the name of an AGI command")
    return verb


def command(verb: str, *words: str | int) -> bytes:
    """Return one command line; every text is quoted, numbers are not.

    Raises:
        ValueError: a word holds CR, LF or NUL, the verb is no verb, or the line would be cut by the switch.
    """
    text = _verb(verb)
    for word in words:
        if isinstance(word, str):
            text += f" {word if isinstance(word, Quoted) else _quoted(word)}"
        else:
            text += f" {word:d}"
    if "\n" in text or "\r" in text or "\0" in text:
        raise ValueError("参数含换行或空字符，请删去 / the argument holds a line break or NUL: take it out")
    line = text.encode("utf-8", "replace") + b"\n"
    if len(line) > COMMAND_BYTES:
        raise ValueError(
            f"参数过长(整行最多 {COMMAND_BYTES} 字节),请缩短 / "
            f"the command is longer than {COMMAND_BYTES} bytes: shorten it"
        )
    return line


class AgiReply(NamedTuple):
    """The answer to one command. `result` is text as sent; `value` what stood in parentheses; `endpos` samples."""

    code: int
    result: str = ""
    value: str = ""
    endpos: int = 0
    usage: str = ""


class Hangup:
    """The switch says that the channel is gone; it is no answer to anything."""


HANGUP = Hangup()

Environment = Mapping[str, str]
Heard = Environment | AgiReply | Hangup


class Flooded(ValueError):
    """The peer sent more than any switch does; the connection is to be closed."""


class AgiProtocol:
    """One session's reading side.

    A line is an answer only while a command is open (`asked`), so neither an unsolicited HANGUP nor a line break inside
    a caller's text can shift the answers of later commands. `stray` counts the lines that belonged to nothing.
    """

    def __init__(self) -> None:
        self.stray = 0
        self.hung_up = False
        self._buffer = b""
        self._environment: dict[str, str] | None = {}
        self._lines = self._size = 0
        self._open = False
        self._usage: list[str] | None = None
        self._begun = ""

    def asked(self) -> None:
        """Say that a command goes out now: the next answer is its answer; what came before is nobody's."""
        self._open = True
        self._usage, self._begun = None, ""

    def feed(self, data: bytes) -> list[Heard]:
        """Return what `data` completes: the environment once, then answers and at most one hang-up, in order.

        Raises:
            Flooded: the environment or an answer is larger than any switch sends.
        """
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        heard: list[Heard] = []
        for raw in lines:
            line = raw.decode("utf-8", "replace")
            if self._environment is not None:
                self._describe(self._environment, line.rstrip("\r"), heard)
            else:
                self._answer(line, heard)
        if len(self._buffer) > ANSWER_BYTES:
            raise Flooded("an AGI line without end")
        return heard

    def _describe(self, environment: dict[str, str], line: str, heard: list[Heard]) -> None:
        if not line:
            self._environment = None
            heard.append(environment)
            return
        self._lines += 1
        self._size += len(line)
        if self._lines > ENVIRONMENT_LINES or self._size > ENVIRONMENT_BYTES:
            raise Flooded("an AGI environment without end")
        name, colon, value = line.partition(": ")
        if colon or line.endswith(":"):
            environment.setdefault(name.rstrip(":"), value)
        else:
            self.stray += 1

    def _answer(self, line: str, heard: list[Heard]) -> None:
        if line.startswith(_PLAIN) and self._open and self._usage is None and not self._begun:
            self._try(line, heard)
        elif line.rstrip("\r") == "HANGUP" and not self._begun:
            if not self.hung_up:
                self.hung_up = True
                heard.append(HANGUP)
        elif not self._open:
            self.stray += 1
        elif self._usage is not None:
            self._usage.append(line)
            if line.startswith("520 "):
                self._finish(AgiReply(520, usage="\n".join(self._usage)), heard)
            elif len(self._usage) > ANSWER_LINES:
                raise Flooded("an AGI usage text without end")
        elif self._begun:
            self._try(f"{self._begun}\n{line}", heard)
        elif line.startswith("520-"):
            self._usage = [line]
        elif line.startswith("100"):
            return
        elif line[:3].isdigit():
            self._try(line, heard)
        else:
            self.stray += 1

    def _try(self, text: str, heard: list[Heard]) -> None:
        """Finish the answer when it is whole: a value may hold line breaks, it ends at the closing parenthesis."""
        if text.startswith(_PLAIN) and " " not in text[11:]:
            self._finish(AgiReply(200, text[11:].rstrip("\r")), heard)
            return
        match = _ANSWER.fullmatch(text)
        if match:
            code, result, value, endpos = match.groups()
            self._finish(AgiReply(int(code), result or "", value or "", int(endpos or 0)), heard)
        elif not text.startswith("200 ") or "(" not in text:
            self._finish(AgiReply(int(text[:3]), usage=text), heard)
        elif len(text) > ANSWER_BYTES or text.count("\n") > ANSWER_LINES:
            raise Flooded("an AGI answer without end")
        else:
            self._begun = text

    def _finish(self, reply: AgiReply, heard: list[Heard]) -> None:
        self._open = False
        self._usage, self._begun = None, ""
        heard.append(reply)
