"""Unpacks Asterisk from the distribution's own packages into a folder, without installing anything.

Knows apt and dpkg-deb only; must not know the dialplan or any running switch. Needs no root.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from callcenter.adapters.asterisk.apt import AptFolder, SwitchPackageMissing, sources_for_switch

Report = Callable[[str], None]

OLDEST_MAJOR = 20
STAMP = "installed.json"
PLACE = "unpacked"
PACKAGES = ("asterisk", "asterisk-modules")

# Dependencies of modules that the switch never loads (perl, calendars, snmp, gnupg, spoken English). They are half of
# the download. `_missing_libraries` proves that nothing else needed them; if it did, everything is fetched.
LEFT_OUT = re.compile(
    r"^(perl|libperl|gnupg|gpg|dirmngr|pinentry|adduser|passwd|login|debconf|base-passwd|libicu|libical|libcodec2"
    r"|libsnmp|snmp|libsensors|pci\.ids|libpci|asterisk-core-sounds|asterisk-config|tzdata|readline-common|libpam-"
    r"|libasound2-data|libc-gconv|mysql-common|libsemanage|libsepol)"
)
DROPPED_FOLDERS = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/lintian")


@dataclass(frozen=True, slots=True)
class Installed:
    """An Asterisk that can be started: `argv` is the command prefix, all paths are absolute."""

    argv: tuple[str, ...]
    modules: Path
    documentation: Path
    version: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the version as numbers, (22, 10, 1)."""
        return tuple(int(part) for part in re.findall(r"\d+", self.version)[:3])


def existing() -> Installed | None:
    """Return the Asterisk that this machine has installed, or None when there is none from version 20 on."""
    binary = shutil.which("asterisk", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if binary is None:
        return None
    shown = subprocess.run([binary, "-V"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = _version_in(shown)
    if version is None or int(version.split(".")[0]) < OLDEST_MAJOR:
        return None
    folders = [Path("/usr/lib/asterisk/modules"), *Path("/usr/lib").glob("*/asterisk/modules")]
    modules = next((folder for folder in folders if folder.is_dir()), None)
    pages = (Path("/usr/share/asterisk/documentation"), Path("/var/lib/asterisk/documentation"))
    documentation = next((folder for folder in pages if folder.is_dir()), None)
    if modules is None or documentation is None:
        return None
    return Installed((binary,), modules, documentation, version)


def unpacked(root: Path) -> Installed | None:
    """Return what `install` put into `root` earlier, or None. Costs one read of a small file."""
    place = root.absolute() / PLACE
    try:
        stamp = json.loads((place / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return _installed(place, str(stamp["version"]))


def install(root: Path, report: Report) -> Installed:
    """Unpack Asterisk into `root` unless it is there, and return it.

    `report` gets one line per step in Chinese and English, downloads with percent and MB. Two callers at once are
    safe: the second waits and finds the work done.

    Raises:
        SwitchPackageMissing: no source of this machine offers Asterisk 20 or newer; the message says what to type.
    """
    root = root.absolute()
    ready = unpacked(root)
    if ready is not None:
        return ready
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return unpacked(root) or _install(root, report)


def _install(root: Path, report: Report) -> Installed:
    building = root / "building"
    shutil.rmtree(building / "root", ignore_errors=True)
    apt = AptFolder(building / "apt", report)
    apt.configure(sources_for_switch(OLDEST_MAJOR))
    report("读取软件包目录 / reading the package lists")
    apt.update()
    wanted = apt.resolve(PACKAGES)
    unpack_to = building / "root"
    for names in ([name for name in wanted if not LEFT_OUT.match(name)], wanted):
        _unpack(apt.download(names), unpack_to, report)
        installed = _installed(unpack_to, "0")
        missing = _missing_libraries(unpack_to, installed)
        if not missing:
            break
    else:
        raise SwitchPackageMissing(
            f"解开的 Asterisk 缺少库文件：{', '.join(missing)}。请重试；若仍如此：apt-get install asterisk\n"
            f"The unpacked Asterisk lacks libraries: {', '.join(missing)}. Run the same command again; "
            "if it persists, use the system's package: apt-get install asterisk"
        )
    shown = subprocess.run([*installed.argv, "-V"], capture_output=True, text=True, check=False)  # noqa: S603
    version = _version_in(shown.stdout)
    if version is None or int(version.split(".")[0]) < OLDEST_MAJOR:
        raise SwitchPackageMissing(
            f"解开的 Asterisk 无法运行或低于 {OLDEST_MAJOR} 版：{shown.stdout}{shown.stderr}\n"
            f"The unpacked Asterisk does not run or is older than {OLDEST_MAJOR}: apt-get install asterisk, "
            "then start again."
        )
    (unpack_to / STAMP).write_text(json.dumps({"version": version}), encoding="utf-8")
    place = root / PLACE
    shutil.rmtree(place, ignore_errors=True)
    unpack_to.rename(place)
    shutil.rmtree(building)
    report(f"Asterisk {version} 已就绪 / is ready: {root}")
    return _installed(place, version)


def _unpack(archives: Iterable[Path], root: Path, report: Report) -> None:
    root.mkdir(parents=True, exist_ok=True)
    packages = list(archives)
    report(f"解开 {len(packages)} 个软件包 / unpacking {len(packages)} packages")
    for archive in packages:
        subprocess.run(["dpkg-deb", "-x", str(archive), str(root)], check=True)  # noqa: S603, S607
    for folder in DROPPED_FOLDERS:
        shutil.rmtree(root / folder, ignore_errors=True)


def _library_folders(root: Path) -> list[Path]:
    triplets = {"x86_64": "x86_64-linux-gnu", "aarch64": "aarch64-linux-gnu"}
    machine = os.uname().machine
    if machine not in triplets:
        raise SwitchPackageMissing(
            f"没有适用于 {machine} 的自动安装，请运行 apt-get install asterisk 后再启动。\n"
            f"No automatic unpacking for {machine}: run apt-get install asterisk, then start again."
        )
    return [root / "usr/lib" / triplets[machine], root / "lib" / triplets[machine]]


def _installed(root: Path, version: str) -> Installed:
    folders = _library_folders(root)
    loader = next((found for folder in folders for found in sorted(folder.glob("ld-linux-*.so*"))), folders[0] / "ld")
    argv = (
        str(loader),
        "--inhibit-cache",
        "--library-path",
        ":".join(str(folder) for folder in folders),
        "--argv0",
        "asterisk",
        str(root / "usr/sbin/asterisk"),
    )
    modules = next((f / "asterisk/modules" for f in folders if (f / "asterisk/modules").is_dir()), root / "modules")
    return Installed(argv, modules, root / "usr/share/asterisk/documentation", version)


def _missing_libraries(root: Path, installed: Installed) -> Sequence[str]:
    """Return names of shared libraries that the switch's binary or a module that it loads cannot find."""
    from callcenter.adapters.asterisk.config.modules import MODULES  # noqa: PLC0415 - config imports this file's types

    missing: set[str] = set()
    binaries = [root / "usr/sbin/asterisk", *(installed.modules / name for name in MODULES)]
    for binary in binaries:
        if not binary.is_file():
            missing.add(binary.name)
            continue
        listed = subprocess.run(  # noqa: S603
            [*installed.argv[:4], "--list", str(binary)], capture_output=True, text=True, check=False
        ).stdout
        missing.update(re.findall(r"^\s*(\S+) => not found", listed, re.MULTILINE))
    return sorted(missing)


def _version_in(shown: str) -> str | None:
    found = re.search(r"Asterisk (\d+(?:\.\d+)*)", shown)
    return found.group(1) if found else None
