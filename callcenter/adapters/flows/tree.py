"""YAML text -> plain values with the place of each, or findings. Knows YAML and nothing of flows.

Refused at once: more than 128 kB or 15 000 tokens, other encodings than UTF-8, anchors, aliases, tags, several
documents, deep nesting, double keys, and keys that are not text (`1:` must be `"1":`).
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.tokens import AliasToken, AnchorToken, TagToken

from callcenter.domain.flow.findings import Finding, FlowError
from callcenter.domain.flow.steps import Path, Position

MOST_BYTES = 128 * 1024
MOST_TOKENS = 15_000
"""About ten times the gas flow; reading this many takes half a second."""
DEEPEST = 12

_TAG = "tag:yaml.org,2002:"
_LOST_KEY: Final = re.compile(r"^\s*[#*]\s*:(\s|$)")
_BANNED: Final = (
    (AnchorToken, "锚点（&）", "an anchor (&)"),
    (AliasToken, '别名（*）；若是按键请写成 "*"', 'an alias (*); a key on the phone is written "*"'),
    (TagToken, "标签（!）", "a tag (!)"),
)


@dataclass(slots=True)
class Tree:
    """The values of a file and where each stands: its key in `positions`, the first letter of its text in `texts`."""

    file: str
    value: Any = None
    positions: dict[Path, Position] = field(default_factory=dict)
    texts: dict[Path, Position] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def complain(self, code: str, zh: str, en: str, at: Position, path: Path = ()) -> None:
        """Keep one finding."""
        self.findings.append(Finding(code, zh, en, self.file, at.line, at.column, ".".join(map(str, path))))


def read_tree(content: bytes, file: str) -> Tree:
    """Return the values of one YAML document. Raises FlowError when it cannot be read at all."""
    tree = Tree(file)
    text = _decoded(content, tree)
    _look_for_lost_keys(text, tree)
    _refuse_if_any(tree)
    try:
        node = _composed(text, tree)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)
        tree.complain(
            "yaml", f"YAML 格式有误：{_in_chinese(error)}", f"not valid YAML: {error.problem or error.context}", at
        )
    except (YAMLError, ValueError, RecursionError) as error:
        tree.complain("yaml", "YAML 格式有误，请检查缩进、引号与特殊字符", f"not valid YAML: {error}", Position(1, 1))
    else:
        tree.value = _plain(node, (), tree) if node is not None else {}
        return tree
    raise FlowError(tuple(tree.findings))


def _decoded(content: bytes, tree: Tree) -> str:
    text = ""
    if len(content) > MOST_BYTES:
        tree.complain(
            "size",
            f"文件超过 {MOST_BYTES // 1024} kB，请拆成多个流程",
            f"over {MOST_BYTES // 1024} kB; split the flow",
            Position(1, 1),
        )
        _refuse_if_any(tree)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        tree.complain(
            "encoding", "不是 UTF-8 编码，请另存为 UTF-8", "not UTF-8; save the file as UTF-8", Position(line, 1)
        )
        _refuse_if_any(tree)
    return text


def _look_for_lost_keys(text: str, tree: Tree) -> None:
    """`#: x` is a comment and `*: x` an alias in YAML: both would lose a key of the telephone."""
    for index, line in enumerate(text.splitlines(), 1):
        if _LOST_KEY.match(line):
            sign = line.strip()[0]
            at = Position(index, line.index(sign) + 1)
            tree.complain("unquoted_key", f'请给按键加引号，写成 "{sign}":', f'quote the key: write "{sign}":', at)


def _composed(text: str, tree: Tree) -> Node | None:
    depth = 0
    for index, token in enumerate(YAML(typ="safe", pure=True).scan(text)):
        for banned, zh, en in _BANNED:
            if isinstance(token, banned):
                at = Position(token.start_mark.line + 1, token.start_mark.column + 1)
                tree.complain("banned", f"不能使用{zh}", f"must not use {en}", at)
        depth += _depth_change(type(token).__name__)
        if depth > DEEPEST or index > MOST_TOKENS:
            at = Position(token.start_mark.line + 1, token.start_mark.column + 1)
            zh, en = (
                ("嵌套过深", "nested too deeply")
                if depth > DEEPEST
                else ("流程过长，请拆分", "too long; split the flow")
            )
            tree.complain("deep" if depth > DEEPEST else "size", zh, en, at)
            break
    _refuse_if_any(tree)
    composer = YAML(typ="safe", pure=True)
    composer.allow_duplicate_keys = True
    node: Node | None = composer.compose(text)
    return node


def _depth_change(token: str) -> int:
    if token in (
        "BlockMappingStartToken",
        "BlockSequenceStartToken",
        "FlowMappingStartToken",
        "FlowSequenceStartToken",
    ):
        return 1
    return -1 if token in ("BlockEndToken", "FlowMappingEndToken", "FlowSequenceEndToken") else 0


def _refuse_if_any(tree: Tree) -> None:
    if tree.findings:
        raise FlowError(tuple(tree.findings))


def _at(node: Node) -> Position:
    return Position(node.start_mark.line + 1, node.start_mark.column + 1)


def _plain(node: Node, path: Path, tree: Tree) -> Any:
    tree.positions.setdefault(path, _at(node))
    if isinstance(node, MappingNode):
        return _mapping(node, path, tree)
    if isinstance(node, SequenceNode):
        return [_plain(child, (*path, index), tree) for index, child in enumerate(node.value)]
    quoted = isinstance(node, ScalarNode) and node.style in ("'", '"')
    tree.texts[path] = Position(node.start_mark.line + 1, node.start_mark.column + (2 if quoted else 1))
    return _scalar(node)


def _mapping(node: MappingNode, path: Path, tree: Tree) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, child in node.value:
        if not isinstance(key, ScalarNode) or key.tag != _TAG + "str":
            name = key.value if isinstance(key, ScalarNode) else "?"
            tree.complain(
                "unquoted_key", f'请给按键加引号，写成 "{name}":', f'quote the key: write "{name}":', _at(key), path
            )
            continue
        if key.value in values:
            first = tree.positions[*path, key.value]
            tree.complain(
                "double_key",
                f"“{key.value}”重复，第 {first.line} 行已有；请删去一个",
                f"{key.value!r} is already in line {first.line}",
                _at(key),
                path,
            )
            continue
        tree.positions[*path, key.value] = _at(key)
        values[key.value] = _plain(child, (*path, key.value), tree)
    return values


def _scalar(node: Node) -> Any:
    text = str(node.value)
    match str(node.tag).removeprefix(_TAG):
        case "int":
            plain = text.replace("_", "")
            return int(plain) if re.fullmatch(r"[-+]?[0-9]{1,18}", plain) else text
        case "float":
            return float(text) if re.fullmatch(r"[-+]?[0-9]{1,18}\.[0-9]{0,18}", text) else text
        case "bool":
            return text.lower() == "true"
        case "null":
            return None
        case _:
            return text


def _in_chinese(error: MarkedYAMLError) -> str:
    problem = f"{error.problem or ''} {error.context or ''}"
    for part, zh in _PROBLEMS:
        if part in problem:
            return zh
    return "请检查此处的缩进、冒号与引号"


_PROBLEMS: Final = (
    ("cannot start any token", "此处的字符不能作为开头，制表符请改为空格，特殊字符请加引号"),
    ("mapping values are not allowed", "此处不应有冒号；文字里有冒号时请整句加引号"),
    ("expected a single document", "一个文件只能有一个流程，请删去 ---"),
    ("expected <block end>", "缩进不齐，请与上面的同级内容对齐"),
    ("found unexpected end of stream", "引号没有成对，请补上结尾引号"),
    ("could not find expected ':'", "缺少冒号"),
)
