"""Reads the text of a condition, such as `due_fen > 0 and 08:30 <= time < 17:30`; every refusal names its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from callcenter.domain.flow.conditions import AllOf, AnyOf, Compare, Condition, Fact, Known, Literal, Not, Operand

LONGEST = 300
DEEPEST = 20


class BadCondition(ValueError):
    """A condition that cannot be read; `offset` counts characters from its start."""

    def __init__(self, offset: int, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.offset, self.zh, self.en = offset, zh, en


_TOKENS: Final = re.compile(
    r"""\s*(?:
    (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}) | (?P<time>[0-9]{1,2}:[0-9]{2}) | (?P<int>-?[0-9]{1,15}(?![0-9]))
    | "(?P<text>[^"]*)" | '(?P<text2>[^']*)'
    | (?P<op>==|!=|<=|>=|<|>) | (?P<mark>[()\[\],]) | (?P<word>[^\W\d]\w*) | (?P<end>\Z)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    offset: int


def _tokens(text: str) -> Iterator[_Token]:
    offset = 0
    while True:
        found = _TOKENS.match(text, offset)
        if found is None:
            rest = text[offset:].lstrip()
            raise BadCondition(len(text) - len(rest), f"看不懂“{rest[:10]}”", f"cannot read {rest[:10]!r}")
        kind = found.lastgroup or "end"
        yield _Token("text" if kind == "text2" else kind, found[kind], found.start(kind))
        if kind == "end":
            return
        offset = found.end()


def parse(text: str) -> Condition:
    """Return the condition that `text` means. Raises BadCondition with the place and what to write."""
    if len(text) > LONGEST:
        raise BadCondition(
            LONGEST, f"条件过长，最多{LONGEST}个字符，请拆成多个分支", f"more than {LONGEST} characters; split it"
        )
    reader = _Reader(tuple(_tokens(text)))
    condition = reader.either(0)
    if reader.now.kind != "end":
        raise reader.wrong("条件到此应结束，请用 and / or 连接", "the condition should end here; join with and / or")
    return condition


class _Reader:
    """Recursive descent over the tokens; one method a rule of the grammar."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self._tokens, self._index = tokens, 0

    @property
    def now(self) -> _Token:
        return self._tokens[self._index]

    def wrong(self, zh: str, en: str) -> BadCondition:
        return BadCondition(self.now.offset, zh, en)

    def took(self, text: str) -> bool:
        if self.now.text == text and self.now.kind in ("word", "mark", "op"):
            self._index += 1
            return True
        return False

    def want(self, mark: str) -> None:
        if not self.took(mark):
            raise self.wrong(f"此处应为“{mark}”", f"{mark!r} is expected here")

    def either(self, depth: int) -> Condition:
        parts = [self.both(depth)]
        while self.took("or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def both(self, depth: int) -> Condition:
        parts = [self.single(depth)]
        while self.took("and"):
            parts.append(self.single(depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def single(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise self.wrong("括号或 not 嵌套过深", "nested too deeply")
        if self.took("not"):
            return Not(self.single(depth + 1))
        if self.took("known"):
            self.want("(")
            fact = self.operand()
            self.want(")")
            if not isinstance(fact, Fact):
                raise self.wrong("known(...) 内应写事实名", "known(...) takes the name of a fact")
            return Known(fact)
        if self.took("("):
            inside = self.either(depth + 1)
            self.want(")")
            return inside
        return self.comparison()

    def comparison(self) -> Condition:
        left, chain = self.operand(), []
        while (op := self.operator()) is not None:
            right = self.operand()
            chain.append(Compare(left, op, right))
            left = right
        if not chain:
            raise self.wrong("此处应为比较，例如 due_fen > 0", "a comparison is expected, such as due_fen > 0")
        return chain[0] if len(chain) == 1 else AllOf(tuple(chain))

    def operator(self) -> str | None:
        token = self.now
        if token.kind == "op" or (token.kind == "word" and token.text == "in"):
            self._index += 1
            return token.text
        return None

    def operand(self) -> Operand:
        if self.took("["):
            values = [self.literal()]
            while self.took(","):
                values.append(self.literal())
            self.want("]")
            return tuple(values)
        if self.now.kind == "word" and self.now.text not in ("and", "or", "not", "in"):
            name = self.now.text
            self._index += 1
            return Fact(name)
        return self.literal()

    def literal(self) -> Literal:
        token = self.now
        try:
            match token.kind:
                case "int":
                    value: Literal = int(token.text)
                case "text":
                    value = token.text
                case "date":
                    value = date.fromisoformat(token.text)
                case "time":
                    value = time.fromisoformat(token.text.zfill(5))
                case _:
                    raise self.wrong(
                        '此处应为事实名、数字、"文字"、时间 08:30 或日期 2026-11-30',
                        'a fact, a number, "text", a time 08:30 or a date 2026-11-30 is expected here',
                    )
        except ValueError as error:
            if isinstance(error, BadCondition):
                raise
            raise self.wrong(f"没有这个时间或日期：{token.text}", f"no such time or date: {token.text}") from error
        self._index += 1
        return value
