"""Settings: files and variables, refused whole with every fault named, and never a traceback for people."""

from pathlib import Path

import pytest

from callcenter.settings import SettingsError, load


def test_nothing_configured_is_an_embedded_house(tmp_path: Path) -> None:
    settings = load(tmp_path, environ={})
    assert settings.switch.mode == "own"
    assert settings.database_url == f"sqlite:///{settings.run_path / 'callcenter.db'}"
    assert settings.recordings.is_relative_to(settings.run_path)


def test_a_variable_beats_the_file(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('pack = "P02"\n[web]\nport = 8011\nhost = "0.0.0.0"\n', "utf-8")
    environ = {"CALLCENTER_WEB__PORT": "8012", "CALLCENTER_SWITCH__MODE": "existing", "HOME": "x"}
    settings = load(tmp_path, file, environ)
    assert (settings.web.port, settings.web.host, settings.switch.mode) == (8012, "0.0.0.0", "existing")
    with pytest.raises(ValueError, match="frozen"):
        settings.pack = "other"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[web]\nport = 70000\nthreads = 1\n", ["web.port", "web.threads"]),
        ('[web]\nprot = 1\n[switch]\nmode = "none"\n', ["web.prot", "switch.mode"]),
        ("patience_tries = 0\n", ["patience_tries"]),
    ],
)
def test_every_fault_is_named_at_once(tmp_path: Path, text: str, named: list[str]) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, file, {})
    said = str(refused.value)
    assert all(name in said for name in [*named, "配置有误", "settings refused", str(file)])


def test_a_file_that_is_not_there_or_no_toml(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="找不到配置文件"):
        load(tmp_path, tmp_path / "none.toml", {})
    broken = tmp_path / "broken.toml"
    broken.write_text("port = = 1", "utf-8")
    with pytest.raises(SettingsError, match="不是有效的 TOML"):
        load(tmp_path, broken, {})


@pytest.mark.parametrize(
    "environ",
    [
        {"CALLCENTER_PACK": "P02", "CALLCENTER_PACK__X": "1"},
        {"CALLCENTER_WEB": "8010"},
        {"CALLCENTER_HOTLINE": "96777"},
        {"CALLCENTER_WEB__PORT__X": "1"},
        {"CALLCENTER_": "x"},
    ],
)
def test_an_odd_variable_is_refused_in_words(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="配置有误"):
        load(tmp_path, environ=environ)


def test_where_the_house_stands_is_not_for_a_variable_to_say(tmp_path: Path) -> None:
    assert load(tmp_path, environ={"CALLCENTER_HOME": "elsewhere"}).home == tmp_path.resolve()
