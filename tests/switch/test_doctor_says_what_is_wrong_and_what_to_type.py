"""`callcenter doctor` on a living house, on the same switch as somebody else's, and where nothing runs."""

import json
from pathlib import Path

from typer.testing import CliRunner

from callcenter.cli import app
from callcenter.doctor import examine, paths
from callcenter.settings import SwitchSettings
from callcenter.wiring import Blueprint
from tests.switch.house import House
from tests.switch.rig import free_tcp_ports


def test_a_living_house_is_well_and_its_places_are_real(house: House) -> None:
    blueprint = Blueprint(house.settings)
    checks = {check.name: check for check in examine(blueprint)}
    ill = {name: check.zh for name, check in checks.items() if not check.ok and name not in ("desk", "disk", "clock")}
    assert ill == {}
    assert {
        "pack",
        "flow",
        "database",
        "voice",
        "ami",
        "dialplan",
        "sounds",
        "sip",
        "websocket",
        "ice",
        "files",
    } <= set(checks)
    places = paths(blueprint)
    assert places["database"].startswith("sqlite:///")
    for name in ("run", "prompts", "pack", "flow", "switch_config", "switch_logs"):
        assert Path(places[name]).exists(), name


def test_a_switch_that_is_not_ours_is_asked_over_its_ami_and_ports(house: House) -> None:
    theirs = house.settings.switch.model_copy(
        update={"mode": "existing", "ami_secret": Blueprint(house.settings).ami_secret}
    )
    checks = list(examine(Blueprint(house.settings.model_copy(update={"switch": theirs}))))
    asked = {check.name: check.ok for check in checks if check.name in ("ami", "dialplan", "sip", "websocket")}
    assert asked == {"ami": True, "dialplan": True, "sip": True, "websocket": True}


def test_where_nothing_runs_each_fault_names_its_remedy(tmp_path: Path, house: House) -> None:
    ami, sip, http = free_tcp_ports(3)
    absent = SwitchSettings(root=house.settings.switch.root, ami_port=ami, sip_port=sip, http_port=http)
    settings = house.settings.model_copy(update={"run_dir": tmp_path, "database": "", "switch": absent})
    checks = {check.name: check for check in examine(Blueprint(settings))}
    for name in ("database", "ami", "sip", "websocket", "files"):
        assert not checks[name].ok, name
        assert checks[name].remedy, name
    assert checks["database"].remedy == "callcenter migrate"


def test_the_command_prints_places_as_json(house: House, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f'run_dir = "{house.settings.run_path}"\n', "utf-8")
    said = CliRunner().invoke(app, ["doctor", "--paths", "--settings", str(file)])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["run"] == str(house.settings.run_path)
