"""Modules say what they are for, names are field words, and no file tells where or with what it was written."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.tracked import modules, texts

MOST_DOCSTRING_LINES = 3
EMPTY_WORDS = {"manager", "handler", "helper", "helpers", "util", "utils", "common", "base", "impl", "info", "data"}
# Words of others, kept because they are theirs: pyst2's method, a file of Asterisk, a hook of SQLAlchemy, SIP's INFO.
WORDS_OF_OTHERS = {"get_data", "manager_conf", "load_dialect_impl", "_info"}
# Spelled in two halves, so that this file does not hold what it forbids.
HOSTS = ("npmjs" + ".org", "npmmirror" + ".com", "pypi" + ".org", "pythonhosted" + ".org", "tsinghua" + ".edu")
NOTES = r"\b(?:SWITCH|FAULTS|DESIGN|STYLE|FIELD|RULES)" + r"\.md\b"
FORBIDDEN = {
    "a registry's host name": "|".join(map(re.escape, HOSTS)),
    "a path of one machine": r"(?<![\w.~:/*<}-])/(?:work|root|home)" + r"/\w",
    "a note that is not in the repository": NOTES + r"|\.\./" + r"shared/",
    "an unfinished thought": r"\b(?:TO" + r"DO|FIX" + r"ME)\b",
    "a numbered ticket": r"\bissue" + r"s? #?\d",
}
WRITTEN_BY_TOOLS = ("LICENSE", "agent_ui/package-lock.json")


def words_of(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def definitions(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name


def test_every_module_opens_with_one_to_three_lines_on_its_purpose() -> None:
    faults = []
    for path, source in modules("callcenter").items():
        docstring = ast.get_docstring(ast.parse(source)) or ""
        lines = [line for line in docstring.splitlines() if line.strip()]
        if not 1 <= len(lines) <= MOST_DOCSTRING_LINES:
            faults.append(f"{path}: {len(lines)} lines")
    assert not faults, "\n".join(faults)


def test_modules_classes_and_functions_bear_field_words() -> None:
    faults = []
    for path, source in modules("callcenter").items():
        faults += [path] if words_of(path.rsplit("/", 1)[1].removesuffix(".py")) & EMPTY_WORDS else []
        faults += [
            f"{path}:{line} {name}"
            for line, name in definitions(source)
            if words_of(name) & EMPTY_WORDS and name not in WORDS_OF_OTHERS
        ]
    assert not faults, "\n".join(faults)


def test_no_file_names_a_registry_a_machine_or_a_note_from_outside() -> None:
    faults = [
        f"{path}:{number}: {what}: {line.strip()[:120]}"
        for path, text in texts().items()
        if path not in WRITTEN_BY_TOOLS
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        if re.search(pattern, line)
    ]
    assert not faults, "\n".join(faults)


def test_words_are_split_as_people_read_them() -> None:
    assert words_of("AMIEventBase") == {"ami", "event", "base"}
    assert words_of("database_url") == {"database", "url"}
