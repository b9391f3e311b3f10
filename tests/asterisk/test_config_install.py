"""Where the switch's packages come from: read out of apt's own words, on Debian and Ubuntu, without a network."""

import json
from pathlib import Path

from callcenter.adapters.asterisk.apt import Source, chosen_sources
from callcenter.adapters.asterisk.install import STAMP, install, unpacked


def lines(entry: Path) -> str:
    return "\n".join(
        f"{mirror}|{release}|{component}|{kind}|{entry}:1"
        for mirror, release, component, kind in (
            ("http://security.example/debian-security/", "bookworm-security", "main", "Packages"),
            ("http://mirror.example/debian/", "bookworm-updates", "main", "Packages"),
            ("http://mirror.example/debian/", "bookworm", "main", "Packages"),
            ("http://mirror.example/debian/", "bookworm", "main", "Translations"),
            ("http://other.example/node/", "nodistro", "main", "Packages"),
        )
    )


def test_the_machines_own_release_comes_first_and_strangers_are_left_out(tmp_path: Path) -> None:
    entry = tmp_path / "debian.sources"
    entry.write_text(
        "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\nSigned-By: /usr/share/keyrings/d.gpg\n\n"
        "Types: deb\nURIs: http://security.example/debian-security\nSuites: bookworm-security\n",
        encoding="utf-8",
    )
    found = chosen_sources(lines(entry), "bookworm")
    assert [source.release for source in found] == ["bookworm", "bookworm-security", "bookworm-updates"]
    assert found[0].signed_by == "/usr/share/keyrings/d.gpg"
    assert found[1].signed_by == ""
    assert found[0].line() == "deb [signed-by=/usr/share/keyrings/d.gpg] http://mirror.example/debian/ bookworm main"


def test_the_keyring_of_a_one_line_source_is_kept(tmp_path: Path) -> None:
    entry = tmp_path / "sources.list"
    entry.write_text("deb [arch=amd64 signed-by=/k/ring.gpg] http://mirror.example/debian bookworm main\n")
    assert chosen_sources(lines(entry), "bookworm")[0].signed_by == "/k/ring.gpg"


def test_a_source_without_a_keyring_trusts_what_apt_trusts() -> None:
    assert Source("http://m.example/u", "noble", ("main", "universe")).line() == (
        "deb http://m.example/u noble main universe"
    )


def test_a_second_installation_costs_a_look(tmp_path: Path) -> None:
    assert unpacked(tmp_path) is None
    (tmp_path / STAMP).write_text(json.dumps({"version": "22.10.1"}), encoding="utf-8")
    said: list[str] = []
    installed = install(tmp_path, said.append)
    assert said == []
    assert installed.numbers == (22, 10, 1)
    assert installed.argv[-1] == str(tmp_path / "usr/sbin/asterisk")
