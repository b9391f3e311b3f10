"""Where the switch's packages come from: read out of apt's own words, on Debian and Ubuntu, without a network."""

import json
import os
from pathlib import Path

import pytest

from callcenter.adapters.asterisk.apt import AptFolder, Source, SwitchPackageMissing, chosen_sources
from callcenter.adapters.asterisk.install import PLACE, STAMP, install, unpacked

LISTED = "\n".join(
    f"'{uri}' somewhere 0 "
    for uri in (
        "http://mirror.example/debian/dists/bookworm/InRelease",
        "http://security.example/debian-security/dists/bookworm-security/main/binary-amd64/Packages.xz",
        "http://mirror.example/debian/dists/bookworm-updates/main/binary-amd64/Packages.xz",
        "http://mirror.example/debian/dists/bookworm/main/binary-amd64/Packages.xz",
        "http://mirror.example/debian/dists/bookworm/main/binary-all/Packages.xz",
        "http://other.example/node/dists/nodistro/main/binary-amd64/Packages.xz",
    )
)


def test_the_machines_own_release_comes_first_and_strangers_are_left_out(tmp_path: Path) -> None:
    entry = tmp_path / "debian.sources"
    entry.write_text(
        "Types: deb\nURIs: http://security.example/debian-security\nSuites: bookworm-security\n\n"
        "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\nSigned-By: /usr/share/keyrings/d.gpg\n",
        encoding="utf-8",
    )
    found = chosen_sources(LISTED, "bookworm", [entry])
    assert [source.release for source in found] == ["bookworm", "bookworm-security", "bookworm-updates"]
    assert found[0].signed_by == "/usr/share/keyrings/d.gpg"
    assert found[1].signed_by == ""
    assert found[0].line() == "deb [signed-by=/usr/share/keyrings/d.gpg] http://mirror.example/debian/ bookworm main"


def test_the_keyring_of_a_one_line_source_is_kept(tmp_path: Path) -> None:
    entry = tmp_path / "sources.list"
    entry.write_text("deb [arch=amd64 signed-by=/k/ring.gpg] http://mirror.example/debian bookworm main\n")
    assert chosen_sources(LISTED, "bookworm", [entry, tmp_path / "absent.list"])[0].signed_by == "/k/ring.gpg"


def test_a_source_without_a_keyring_trusts_what_apt_trusts() -> None:
    assert Source("http://m.example/u", "noble", ("main", "universe")).line() == (
        "deb http://m.example/u noble main universe"
    )


def test_a_second_installation_costs_a_look(tmp_path: Path) -> None:
    assert unpacked(tmp_path) is None
    (tmp_path / PLACE).mkdir()
    (tmp_path / PLACE / STAMP).write_text(json.dumps({"version": "22.10.1"}), encoding="utf-8")
    said: list[str] = []
    installed = install(tmp_path, said.append)
    assert said == []
    assert installed.numbers == (22, 10, 1)
    assert installed.argv[-1] == str(tmp_path / PLACE / "usr/sbin/asterisk")


def broken_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int) -> None:
    """Put an apt-get first in PATH that fails some times, then tells its progress and succeeds."""
    script = tmp_path / "bin/apt-get"
    script.parent.mkdir()
    script.write_text(
        f"""#!/bin/bash
case "$*" in *--print-uris*) echo "'http://m.example/a.deb' a.deb 2000000 SHA256:0"; exit 0;; esac
for word; do case $word in APT::Status-Fd=*) status=${{word#*=}};; esac; done
echo x >> {tmp_path}/attempts
if [ $(wc -l < {tmp_path}/attempts) -le {failures} ]; then echo "E: connection reset" >&2; exit 100; fi
for part in 0 25 50 51 100; do echo "dlstatus:1:$part.0:a" >&$status; done
""",
        encoding="utf-8",
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent), prepend=os.pathsep)


def test_a_broken_download_is_tried_again_and_progress_is_told_in_percent_and_mb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_apt(tmp_path, monkeypatch, failures=2)
    said: list[str] = []
    apt = AptFolder(tmp_path / "apt", said.append)
    apt.configure([Source("http://m.example/debian/", "sid", ("main",))])
    assert apt.download(["a=1"]) == [tmp_path / "apt/debs/a.deb"]
    assert [line for line in said if "重试" in line and "trying again" in line] == said[:2]
    assert [line.split("downloading ")[1] for line in said[2:]] == [
        "  0 %    0.0/2.0 MB",
        " 25 %    0.5/2.0 MB",
        " 50 %    1.0/2.0 MB",
        "100 %    2.0/2.0 MB",
    ]


def test_a_download_that_never_succeeds_says_what_to_check_in_two_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_apt(tmp_path, monkeypatch, failures=99)
    apt = AptFolder(tmp_path / "apt", lambda _: None)
    apt.configure([])
    with pytest.raises(SwitchPackageMissing, match="connection reset") as failed:
        apt.download(["a=1"])
    assert "请检查网络" in str(failed.value)
    assert "Check the network" in str(failed.value)
