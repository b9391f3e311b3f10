"""Which files belong to the repository: what git knows or would take; a plain walk where there is no git."""

import functools
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEVER_OURS = {".git", ".venv", ".run", ".asterisk", "node_modules", "__pycache__", "_desk", "dist", "build"}
CACHES = ("_cache", ".egg-info", ".hypothesis")


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Return every file of the repository that exists, as absolute paths, sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    files = [ROOT / name for name in listed.stdout.split("\0") if name] if listed.returncode == 0 else _walked()
    return tuple(sorted(path for path in files if path.is_file()))


@functools.cache
def texts() -> dict[str, str]:
    """Return path from the root -> content, for every file of the repository that is UTF-8 text."""
    found = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", errors="replace")
    return found


def modules(folder: str) -> dict[str, str]:
    """Return path from the root -> source, for every Python file under `folder`."""
    return {name: text for name, text in texts().items() if name.startswith(f"{folder}/") and name.endswith(".py")}


def _walked() -> list[Path]:
    found = []
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in NEVER_OURS and not name.endswith(CACHES)]
        found += [Path(folder) / name for name in names]
    return found
