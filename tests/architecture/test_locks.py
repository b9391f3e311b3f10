"""What is installed is pinned and hashed, the locks agree with each other and with what the project asks for."""

import json
import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tracked import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def pins(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Return name -> version and hashes; fails on any line that is neither a pin nor a hash."""
    found: dict[str, tuple[str, list[str]]] = {}
    for entry in (ROOT / lock).read_text("utf-8").replace("\\\n", " ").splitlines():
        head, *hashes = entry.split()
        name, version = re.fullmatch(r"([a-z0-9.-]+)(?:\[[a-z,]+\])?==([\w.+!-]+)", head).groups()  # type: ignore[union-attr]
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), entry
        found[canonicalize_name(name)] = (version, hashes)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_and_hashed(lock: str) -> None:
    assert pins(lock)
    assert [name for name, (_, hashes) in pins(lock).items() if not hashes] == []


def test_the_development_lock_holds_the_very_packages_of_the_runtime_lock() -> None:
    development = pins("requirements-dev.lock")
    assert {name: pin for name, pin in pins("requirements.lock").items() if development.get(name) != pin} == {}


@pytest.mark.parametrize(
    ("lock", "group"),
    [
        ("requirements.lock", "dependencies"),
        ("requirements.lock", "build"),
        ("requirements-dev.lock", "dev"),
        ("requirements-node.lock", "node"),
    ],
)
def test_the_locks_satisfy_what_the_project_asks_for(lock: str, group: str) -> None:
    asked = PROJECT["project"]["dependencies"] if group == "dependencies" else PROJECT["dependency-groups"][group]
    locked = pins(lock)
    for requirement in (Requirement(text) for text in asked if isinstance(text, str)):
        version, _ = locked.get(canonicalize_name(requirement.name), ("nothing", []))
        assert version in requirement.specifier, f"{lock} has {version} for {requirement}; see CONTRIBUTING.md, locks"


def test_every_package_of_the_front_end_is_pinned_by_its_hash_and_names_no_host() -> None:
    packages = json.loads((ROOT / "agent_ui/package-lock.json").read_text("utf-8"))["packages"]
    installed = {name: package for name, package in packages.items() if name}
    assert [name for name, package in installed.items() if not package.get("integrity")] == []
    assert [name for name, package in installed.items() if "resolved" in package] == []


def test_run_and_the_front_end_agree_on_the_oldest_node() -> None:
    engines = json.loads((ROOT / "agent_ui/package.json").read_text("utf-8"))["engines"]
    (oldest,) = re.findall(r"^NODE_OLDEST=(\d+)", (ROOT / "run").read_text("utf-8"), re.MULTILINE)
    assert engines["node"] == f">={oldest}"
