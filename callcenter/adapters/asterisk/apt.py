"""A private apt: its own lists, cache and sources, with mirror, keyring and proxy taken from the machine's apt.

Must not know what is done with the packages, and never writes outside its folder.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

ATTEMPTS = 3
ETC = Path("/etc/apt")


class SwitchPackageMissing(Exception):
    """Asterisk cannot be had from this machine's package sources; the message says what to type, zh and en."""


@dataclass(frozen=True, slots=True)
class Source:
    """One place of packages: mirror, release and components, and the keyring that vouches for it ('' = apt's own)."""

    mirror: str
    release: str
    components: tuple[str, ...]
    signed_by: str = ""

    def line(self) -> str:
        """Return the one-line form of a sources.list entry."""
        option = f"[signed-by={self.signed_by}] " if self.signed_by else ""
        return f"deb {option}{self.mirror} {self.release} {' '.join(self.components)}"


def sources_for_switch(oldest_major: int) -> list[Source]:
    """Return the sources from which Asterisk of at least `oldest_major` can be resolved.

    Ubuntu, and a Debian whose own release carries it: the machine's sources. Any other Debian: `sid` of its mirror.
    """
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise SwitchPackageMissing(
            "这台机器没有 apt-get/dpkg-deb：请自行安装 Asterisk 20 或更新版本，使 asterisk 命令可用，然后重新启动。\n"
            "This machine has no apt-get/dpkg-deb: install Asterisk 20 or newer yourself so that `asterisk` is found."
        )
    names = _os_release()
    own = machine_sources(names.get("VERSION_CODENAME", ""))
    if not own:
        raise SwitchPackageMissing(
            "apt 没有配置可用的软件源：请在 /etc/apt/sources.list 写入发行版镜像，运行 apt-get update 后重试。\n"
            "apt has no usable source: put your distribution's mirror into /etc/apt/sources.list, run apt-get update."
        )
    if names.get("ID") == "ubuntu":
        return [Source(s.mirror, s.release, ("main", "universe"), s.signed_by) for s in own]
    if _newest_offered() >= oldest_major:
        return own
    first = own[0]
    return [Source(first.mirror, "sid", ("main",), first.signed_by)]


def machine_sources(codename: str) -> list[Source]:
    """Return the sources configured on this machine for its own release, the plain release first."""
    # Tells what an update would fetch, fetches nothing, and works before the first update (a fresh container).
    listed = subprocess.run(
        ["apt-get", "update", "--print-uris"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    files = [ETC / "sources.list", *sorted((ETC / "sources.list.d").glob("*"))]
    return chosen_sources(listed, codename, [path for path in files if path.suffix in (".list", ".sources")])


def chosen_sources(listed: str, codename: str, files: Sequence[Path]) -> list[Source]:
    """Return the sources of release `codename` in apt's list of URIs, the plain release first, with their keyrings."""
    found: dict[tuple[str, str], Source] = {}
    for mirror, release in re.findall(r"^'(\S+?/)dists/([^/]+)/main/binary-[^/]+/Packages", listed, re.MULTILINE):
        if release.split("-")[0] == codename:
            found.setdefault((mirror, release), Source(mirror, release, ("main",), _keyring(files, mirror)))
    return sorted(found.values(), key=lambda source: (source.release != codename, source.release))


def _keyring(files: Sequence[Path], mirror: str) -> str:
    """Return the keyring file that the source entry of `mirror` names, or '' for apt's own trust."""
    place = re.compile(re.escape(mirror.rstrip("/")) + r"/?\s")
    for path in files:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        entries = text.split("\n\n") if path.suffix == ".sources" else text.splitlines()
        for entry in entries:
            named = re.search(r"signed-by\s*[:=]\s*(/[^\s\],]+)", entry, re.IGNORECASE)
            if named and place.search(entry + "\n"):
                return named.group(1)
    return ""


def _newest_offered() -> int:
    shown = subprocess.run(["apt-cache", "madison", "asterisk"], capture_output=True, text=True, check=False).stdout  # noqa: S607
    return max((int(major) for major in re.findall(r"\|\s*(?:\d+:)?(\d+)\.", shown)), default=0)


def _os_release() -> dict[str, str]:
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    return {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines)}


class AptFolder:
    """apt confined to one folder; usable as an ordinary user."""

    def __init__(self, folder: Path, report: Callable[[str], None]) -> None:
        self._folder = folder
        self._report = report
        self._conf = folder / "apt.conf"

    def configure(self, sources: Iterable[Source]) -> None:
        """Write the folder's configuration and its sources."""
        for sub in ("state/lists/partial", "cache/archives/partial", "empty", "debs"):
            (self._folder / sub).mkdir(parents=True, exist_ok=True)
        (self._folder / "status").touch()
        lines = [source.line() for source in sources]
        (self._folder / "sources.list").write_text("\n".join(lines) + "\n", encoding="utf-8")
        at = self._folder
        # The machine's hooks (clean caches, refresh catalogues) act on the machine's own folders: cleared here.
        self._conf.write_text(
            f'Dir::State "{at}/state";\nDir::State::status "{at}/status";\nDir::Cache "{at}/cache";\n'
            f'Dir::Etc::sourcelist "{at}/sources.list";\nDir::Etc::sourceparts "{at}/empty";\n'
            f'Dir::Etc::preferences "{at}/empty/none";\nDir::Etc::preferencesparts "{at}/empty";\n'
            "#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n#clear DPkg::Post-Invoke;\n"
            'Debug::NoLocking "1";\nAPT::Sandbox::User "";\nAcquire::Check-Valid-Until "false";\n'
            'Acquire::Languages "none";\nAcquire::Retries "3";\nAPT::Install-Recommends "false";\n'
            'Acquire::http::Timeout "30";\nAcquire::https::Timeout "30";\n',
            encoding="utf-8",
        )

    def update(self) -> None:
        """Fetch the package lists."""
        self._fetch(["update"], "软件包目录 / package lists", 0)

    def resolve(self, packages: Sequence[str]) -> list[str]:
        """Return `name=version` of `packages` and of everything that they need."""
        ran = self._run("--simulate", "--yes", "install", *packages)
        found = re.findall(r"^Inst (\S+?)(?::\w+)? \((\S+)", ran.stdout, re.MULTILINE)
        if not found:
            raise SwitchPackageMissing(
                f"软件源里没有可安装的 Asterisk：{ran.stderr.strip()}\n请检查网络后运行 apt-get update，再重新启动；"
                "或自行安装：apt-get install asterisk\n"
                "The package sources offer no installable Asterisk. Check the network, run apt-get update, start again."
            )
        return [f"{name}={version}" for name, version in found]

    def download(self, packages: Sequence[str]) -> list[Path]:
        """Download packages (`name=version`) and return the files; apt checks each against the signed lists."""
        uris = self._run("download", "--print-uris", *packages).stdout
        sized = [(name, int(size)) for name, size in re.findall(r"^'[^']+' (\S+) (\d+)", uris, re.MULTILINE)]
        self._fetch(["download", *packages], "Asterisk", sum(size for _, size in sized))
        return [self._folder / "debs" / name for name, _ in sized]

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            ["apt-get", "-c", str(self._conf), *words],  # noqa: S607
            cwd=self._folder / "debs",
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )

    def _fetch(self, words: Sequence[str], what: str, total_bytes: int) -> None:
        """Run a downloading apt command, reporting progress; a broken download is tried again."""
        for attempt in range(1, ATTEMPTS + 1):
            ended, said = self._fetch_once(words, what, total_bytes)
            if ended == 0:
                return
            if attempt < ATTEMPTS:
                self._report(f"下载中断，第 {attempt} 次重试：{said} / download broken, trying again")
        raise SwitchPackageMissing(
            f"下载失败：{said}\n请检查网络或 apt 的代理设置，再运行同一命令。\n"
            "Download failed. Check the network or apt's proxy, then run the same command again."
        )

    def _fetch_once(self, words: Sequence[str], what: str, total_bytes: int) -> tuple[int, str]:
        reading, writing = os.pipe()
        with (
            (self._folder / "apt.log").open("w+", encoding="utf-8") as log,
            os.fdopen(reading, encoding="utf-8", errors="replace") as status,
        ):
            process = subprocess.Popen(  # noqa: S603
                ["apt-get", "-c", str(self._conf), "-q", "-o", f"APT::Status-Fd={writing}", *words],  # noqa: S607
                cwd=self._folder / "debs",
                env={**os.environ, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[writing],
            )
            os.close(writing)
            self._report_progress(status, what, total_bytes)
            ended = process.wait()
            log.seek(0)
            errors = [line.strip() for line in log if line.startswith(("E:", "W:", "Err"))]
            # `apt-get update` ends with 0 although a list could not be fetched.
            failed = ended or int(words[0] == "update" and any(line.startswith(("Err", "E:")) for line in errors))
            return failed, "; ".join(errors[-3:])

    def _report_progress(self, status: TextIO, what: str, total_bytes: int) -> None:
        """Report each five percent that apt tells on its status pipe (`dlstatus:item:percent:text`)."""
        told = -5
        for line in status:
            fields = line.split(":")
            if fields[0] != "dlstatus":
                continue
            percent = int(float(fields[2]))
            if percent < told + 5 or total_bytes == 0:
                continue
            told = percent - percent % 5
            done_mb, total_mb = total_bytes * percent / 1e8, total_bytes / 1e6
            self._report(f"下载 {what} / downloading {percent:3d} %  {done_mb:5.1f}/{total_mb:.1f} MB")
