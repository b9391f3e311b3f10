"""Says pydantic's complaints about a flow file in both languages, with the place and what to write instead."""

import difflib
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

from callcenter.adapters.flows import models
from callcenter.adapters.flows.tree import Tree
from callcenter.domain.flow.findings import Finding
from callcenter.domain.flow.steps import Path, Position

Words = tuple[str, str]

WordsAt = Callable[[tuple[int | str, ...]], tuple[str, ...]]
"""The words that may stand at a place of the file, to say them and to offer a near one."""


def finding_of(tree: Tree, detail: ErrorDetails, words_at: WordsAt) -> Finding:
    """Return the finding for one complaint of pydantic about `tree.value`."""
    loc = detail["loc"]
    path = _path_in_file(tree, loc)
    zh, en = _words(detail, words_at)
    at = tree.positions.get(path, Position(1, 1))
    if detail["type"] == "condition" and path in tree.texts:
        text = tree.texts[path]
        at = Position(text.line, text.column + int(detail["ctx"]["offset"]))
    return Finding(detail["type"], zh, en, tree.file, at.line, at.column, ".".join(map(str, path)))


def _path_in_file(tree: Tree, loc: tuple[int | str, ...]) -> Path:
    """Return pydantic's path without the names of its union branches, cut to what the file holds."""
    words = (*loc[:2], *loc[3:]) if loc[:1] == ("steps",) and len(loc) > 3 else loc
    path: Path = ()
    for word in words:
        if (*path, word) in tree.positions:
            path = (*path, word)
    return path


def _words(detail: ErrorDetails, words_at: WordsAt) -> Words:
    loc, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    last = str(loc[-1]) if loc else ""
    if last == "[key]":
        return _key_words(loc)
    match kind:
        case "missing":
            return f"缺少“{last}”，请补上 {last}:", f"{last!r} is missing; add {last}:"
        case "extra_forbidden":
            return _unknown_word(last, words_at(loc))
        case "union_tag_not_found":
            return f"缺少“do”，请写 do: {_steps()}", f"'do' is missing; write do: {_steps()}"
        case "union_tag_invalid" if context.get("discriminator") != "'do'":
            return _shape_words("string_type", last, context, detail["input"])
        case "union_tag_invalid":
            return _unknown_word(str(context.get("tag", "")).strip("'"), tuple(models.STEP_MODELS))
        case "condition":
            return str(context["zh"]), str(context["en"])
        case _:
            return _shape_words(kind, last, context, detail["input"])


_NUMBER = ("“{last}”应为不带引号的数字", "'{last}' must be a number without quotes")
_LINES = ("“{last}”下面应为“名称: 值”的缩进内容", "'{last}' must hold indented 'name: value' lines")
_FILLED = ("“{last}”不能为空", "'{last}' must not be empty")
_SHAPES: Final[Mapping[str, Words]] = {
    "int_type": _NUMBER,
    "float_type": _NUMBER,
    "int_parsing": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": ("“{last}”只能写 true 或 false", "'{last}' must be true or false"),
    "model_type": _LINES,
    "dict_type": _LINES,
    "model_attributes_type": _LINES,
    "list_type": ("“{last}”应为列表，每项以“- ”开头", "'{last}' must be a list of '- ' lines"),
    "greater_than_equal": ("“{last}”至少为 {ge}", "'{last}' must be at least {ge}"),
    "less_than_equal": ("“{last}”最多为 {le}", "'{last}' must be at most {le}"),
    "too_short": _FILLED,
    "string_too_short": _FILLED,
    "too_long": ("“{last}”最多 {max_length} 项，请拆分", "'{last}' has at most {max_length} items; split it"),
    "string_too_long": ("“{last}”最多 {max_length} 个字", "'{last}' has at most {max_length} letters"),
    "literal_error": ("“{last}”只能是 {expected}", "'{last}' must be {expected}"),
    "string_pattern_mismatch": ("“{given}”不能用于“{last}”，须符合 {pattern}", "'{given}' does not match {pattern}"),
}


def _shape_words(kind: str, last: str, context: Mapping[str, Any], given: object) -> Words:
    shown = str(given)[:20]
    if kind == "string_type" and isinstance(given, int | float):
        return f'“{shown}”应为文字，请加引号："{shown}"', f'must be text; quote it: "{shown}"'
    if kind == "string_type":
        return f"“{last}”应为一句文字", f"{last!r} must be a text"
    zh, en = _SHAPES.get(
        kind, ("“{last}”的值不对，请对照说明改写", "'{last}' is not right; see the language's description")
    )
    words = {**context, "last": last, "given": shown}
    return zh.format_map(words), en.format_map(words)


def _key_words(loc: tuple[int | str, ...]) -> Words:
    word = str(loc[-2])
    if "choices" in loc:
        return (
            f'“{word}”不是电话按键，请写 "0" 到 "9"、"*" 或 "#"',
            f'{word!r} is no key of a phone; write "0" to "9", "*" or "#"',
        )
    return (
        f"“{word}”不能作步骤名，请用字母或汉字开头、不含空格",
        f"{word!r} cannot name a step: start with a letter, no spaces",
    )


def _unknown_word(word: str, allowed: tuple[str, ...]) -> Words:
    near = next(iter(difflib.get_close_matches(word, allowed, 1)), "")
    zh, en = (f"，是否想写“{near}”？", f"; did you mean {near!r}?") if near else ("", "")
    listed = ", ".join(allowed)
    return f"没有“{word}”这个词{zh or '；可用：' + listed}", f"there is no word {word!r}{en or '; known: ' + listed}"


def _steps() -> str:
    return " | ".join(models.STEP_MODELS)
