"""Secrets that the installation made: kept, readable by their owner only, and never made twice."""

import stat
from pathlib import Path

from callcenter.secrets import keep


def test_made_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "run" / "secrets.json"
    first = keep(file, ["8001", "8002"])
    assert keep(file, ["8001", "8002"]) == first
    assert len({first.ami, *first.phones.values()}) == 3
    assert min(map(len, (first.ami, *first.phones.values()))) >= 24
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_new_phone_gets_its_own_and_the_others_keep_theirs(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    first = keep(file, ["8001"])
    second = keep(file, ["8001", "8002"])
    assert (second.ami, second.phones["8001"]) == (first.ami, first.phones["8001"])
    assert set(second.phones) == {"8001", "8002"}
    assert not list(tmp_path.glob("*.new"))
