"""Imports only point down, rooms have no doors between them, and the lower floors stay pure."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from tests.architecture.tracked import ROOT, modules

WORLD = {"asyncio", "multiprocessing", "os", "pathlib", "random", "select", "socket", "sqlite3", "subprocess", "time"}
WORLD |= {"threading", "queue", "shutil", "tempfile", "urllib", "http", "ssl", "signal"}
CLOCKS = re.compile(r"(?:^|\.)(?:datetime|date)\.(?:now|today|utcnow)$")

# Started by something other than an import: the command line, and Alembic's migrations by file name.
STARTED_FROM_OUTSIDE = ("callcenter.cli", "callcenter.__main__", "callcenter.adapters.database.migrations")


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_import_contracts_hold() -> None:
    told = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.parametrize(
    ("floor", "allowed"),
    [
        ("callcenter/domain", ("callcenter.domain",)),
        ("callcenter/service", ("callcenter.domain", "callcenter.service")),
    ],
)
def test_a_lower_floor_imports_only_itself_what_is_below_and_the_standard_library(
    floor: str, allowed: tuple[str, ...]
) -> None:
    strangers = [
        f"{path}: {name}"
        for path, source in modules(floor).items()
        for name in imported(source)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(allowed)
    ]
    assert not strangers, "\n".join(strangers)


def test_the_domain_touches_no_clock_thread_socket_or_file() -> None:
    touched = []
    for path, source in modules("callcenter/domain").items():
        touched += [f"{path}: import {name}" for name in imported(source) if name.split(".")[0] in WORLD]
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute) and CLOCKS.search(ast.unparse(node)):
                touched.append(f"{path}:{node.lineno}: {ast.unparse(node)}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"open", "print"}:
                touched.append(f"{path}:{node.lineno}: {node.func.id}()")
    assert not touched, "\n".join(touched)


def test_every_module_is_used_by_another_one_or_is_a_program() -> None:
    graph = grimp.build_graph("callcenter", cache_dir=None)
    programs = {
        path.removesuffix(".py").replace("/", ".")
        for path, source in modules("callcenter").items()
        if '__name__ == "__main__"' in source
    }
    unused = [
        module
        for module in sorted(graph.modules - programs)
        if not module.startswith(STARTED_FROM_OUTSIDE)
        and not graph.find_children(module)
        and not graph.find_modules_that_directly_import(module)
    ]
    assert not unused, "\n".join(unused)
