"""An organisation's pack: the ones that ship are good, and a fault names its place."""

from pathlib import Path

import pytest

from callcenter.pack import load
from callcenter.settings import SettingsError

PACKS = sorted((Path(__file__).resolve().parents[2] / "config/packs").glob("*/pack.yaml"))

SMALL = """
id: T1
organisation: {zh: 甲, en: A}
hotline: "96777"
queues: [{id: repair, name: {zh: 报修, en: Repairs}}]
seats: [{agent: "8001", name: 安, extension: "8001", queues: [repair]}]
busy_reasons: [{code: paper, label: {zh: 填表, en: Paper}}]
wrap_up_codes:
  - code: gas
    label: {zh: 燃气, en: Gas}
    children: [{code: leak, label: {zh: 漏气, en: Leak}}]
"""


@pytest.mark.parametrize("path", PACKS, ids=[path.parent.name for path in PACKS])
def test_every_pack_that_ships_is_good(path: Path) -> None:
    pack = load(path)
    assert pack.id == path.parent.name
    rules = pack.rules()
    assert set(rules.queues) >= {queue for seat in rules.seats.values() for queue in seat.queues}
    assert rules.wrap_up_codes


def test_only_leaves_can_be_chosen(tmp_path: Path) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(SMALL, "utf-8")
    rules = load(file).rules()
    assert (rules.wrap_up_codes, rules.busy_reasons) == ({"leak"}, {"paper"})


@pytest.mark.parametrize(
    ("good", "bad", "named"),
    [
        ("queues: [repair]}", "queues: [repairs]}", "队列不存在"),
        ('hotline: "96777"', 'hotline: "12"', "hotline"),
        ("id: T1", "id: T1\ncolour: red", "colour"),
        ("{zh: 甲, en: A}", "{zh: 甲}", "organisation.en"),
        ("[{id: repair", "[{id: Repair", "queues.0.id"),
        ("hotline:", "hotline: [", "YAML"),
    ],
)
def test_a_fault_names_its_place(tmp_path: Path, good: str, bad: str, named: str) -> None:
    file = tmp_path / "pack.yaml"
    file.write_text(SMALL.replace(good, bad, 1), "utf-8")
    with pytest.raises(SettingsError) as refused:
        load(file)
    assert named in str(refused.value)
    assert str(file) in str(refused.value)


def test_two_seats_share_no_extension(tmp_path: Path) -> None:
    seat = '{agent: "8002", name: 博, extension: "8001", queues: [repair]}'
    file = tmp_path / "pack.yaml"
    file.write_text(SMALL.replace("queues: [repair]}]", "queues: [repair]}, " + seat + "]"), "utf-8")
    with pytest.raises(SettingsError, match="分机重复"):
        load(file)


def test_a_pack_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="找不到配置包"):
        load(tmp_path / "none.yaml")
