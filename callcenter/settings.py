"""Where the parts of one installation are: `config/*.toml` and CALLCENTER_* variables, checked once, frozen."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class SettingsError(Exception):
    """The configuration cannot be used; the text names each setting and what to write, in both languages."""


class Part(BaseModel):
    """Closed and frozen: an unknown setting is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Port = Annotated[int, Field(ge=0, le=65535)]


class SwitchSettings(Part):
    """Asterisk. `own`: a supervised child on loopback, unpacked from Debian's packages; `existing`: yours."""

    mode: Literal["own", "existing"] = "own"
    root: str = ".asterisk"
    host: str = "127.0.0.1"
    ami_port: Port = 5038
    ami_user: str = "callcenter"
    ami_secret: str = ""
    sip_port: Port = 5060
    http_port: Port = 8088
    rtp_first: Port = 10000
    rtp_last: Port = 10999
    ws_url: str = ""
    trunk_hosts: tuple[str, ...] = ("127.0.0.2", "127.0.0.3")


class WebSettings(Part):
    """The web server of desks and boards."""

    host: str = "127.0.0.1"
    port: Port = 8010
    session_hours: Annotated[int, Field(ge=1, le=24)] = 12
    threads: Annotated[int, Field(ge=20, le=2000)] = 420
    origins: tuple[str, ...] = ()
    behind_proxy: bool = False
    """True: one proxy in front sets X-Forwarded-For, -Proto and -Host, and nothing else can reach this port."""
    logins_per_minute: Annotated[int, Field(ge=1)] = 10


class Settings(Part):
    """Everything that differs between two installations of the same pack.

    `packs` and `flows` are relative to `home`; what is written while running (`run_dir`, `switch.root`) to `work`.
    """

    home: Path
    work: Path
    pack: str = "P02"
    packs: Path = Path("config/packs")
    flows: Path = Path("ivr_flows")
    run_dir: Path = Path(".run/house")
    database: str = ""
    time_zone: str = "Asia/Shanghai"
    agi_host: str = "127.0.0.1"
    agi_port: Port = 4573
    patience_tries: Annotated[int, Field(ge=1, le=120)] = 10
    switch: SwitchSettings = SwitchSettings()
    web: WebSettings = WebSettings()

    def under_home(self, path: Path | str) -> Path:
        """Return an absolute path."""
        return (self.home / path).resolve()

    def under_work(self, path: Path | str) -> Path:
        """Return an absolute path."""
        return (self.work / path).resolve()

    @property
    def run_path(self) -> Path:
        """Return the folder that holds everything written while running."""
        return self.under_work(self.run_dir)

    @property
    def database_url(self) -> str:
        """Return the database's URL; SQLite in the run folder when none is set."""
        return self.database or f"sqlite:///{self.run_path / 'callcenter.db'}"

    @property
    def recordings(self) -> Path:
        """Return the folder of recorded talks."""
        return self.run_path / "recordings"

    @property
    def prompts(self) -> Path:
        """Return the folder of rendered prompts."""
        return self.run_path / "prompts"


def load(home: Path, file: Path | None = None, environ: dict[str, str] | None = None) -> Settings:
    """Return the settings of `config/callcenter.toml` (or `file`), overridden by CALLCENTER_A__B variables.

    Raises:
        SettingsError: a setting is unknown or wrong; every fault is named at once.
    """
    path = file or home / "config" / "callcenter.toml"
    values: dict[str, Any] = {}
    if path.is_file():
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as fault:
            raise SettingsError(
                f"{path}: 不是有效的 TOML，请改正这一行 / not valid TOML, mend this line: {fault}"
            ) from fault
    elif file is not None:
        raise SettingsError(f"找不到配置文件 {path}，请检查路径 / settings file {path} not found, check the path")
    for name, value in (os.environ if environ is None else environ).items():
        if name.startswith("CALLCENTER_"):
            _put(values, name.removeprefix("CALLCENTER_").lower().split("__"), value)
    try:
        return Settings.model_validate({"work": Path.cwd(), **values, "home": home.resolve()})
    except ValidationError as faults:
        lines = [f"  {'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults.errors()]
        raise SettingsError("\n".join([f"配置有误，请改正 / settings refused, mend: {path}", *lines])) from None


def _put(values: dict[str, Any], keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        if not isinstance(values.get(key), dict):
            values[key] = {}
        values = values[key]
    values[keys[-1]] = value
