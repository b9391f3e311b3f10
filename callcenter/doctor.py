"""`callcenter doctor`: asks every part of an installation whether it is well, and what to type when it is not."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from callcenter.adapters.asterisk.ami.client import AmiClient, AmiRefused
from callcenter.adapters.asterisk.checks import Ask, Check, check_all, check_existing
from callcenter.adapters.asterisk.child import SwitchChild
from callcenter.adapters.asterisk.config.books import CDR_FILE, CEL_FILE
from callcenter.adapters.database import migrations
from callcenter.adapters.flows import FlowError, load
from callcenter.adapters.speech.prompts import PromptStore
from callcenter.service.ports import RecordsAway, SpeechFailed, SwitchAway
from callcenter.settings import SettingsError
from callcenter.wiring import Blueprint

LEAST_FREE_BYTES = 2 * 1024**3
LINK_SECONDS = 3.0
SANE_CLOCK = 1_700_000_000


def paths(blueprint: Blueprint) -> Mapping[str, str]:
    """Return where everything of this installation lies, as absolute paths (the database as its URL)."""
    run = blueprint.settings.run_path
    found = {
        "home": blueprint.settings.home,
        "run": run,
        "recordings": blueprint.settings.recordings,
        "prompts": blueprint.settings.prompts,
        "spool": run / "journal.spool",
        "pack": blueprint.settings.under_home(blueprint.settings.packs) / blueprint.settings.pack / "pack.yaml",
        "flow": blueprint.flow_file,
        "desk": blueprint.pages,
    }
    if blueprint.settings.switch.mode == "own":
        logs = blueprint.plan.log_dir
        found |= {"cdr": logs / CDR_FILE, "cel": logs / CEL_FILE, "switch_logs": logs}
        found |= {"switch_config": blueprint.plan.conf_file}
    return {"database": blueprint.settings.database_url} | {name: str(path) for name, path in found.items()}


def examine(blueprint: Blueprint) -> Iterator[Check]:
    """Yield one answer after another; none of them changes anything."""
    yield _try("pack", "配置包可用", "the pack is usable", lambda: blueprint.pack)
    yield _try("flow", "IVR 流程可用", "the IVR flow is usable", lambda: load(blueprint.flow_file))
    yield _disk(blueprint.settings.run_path)
    yield _clock()
    yield _schema(blueprint.settings.database_url)
    yield _voice(blueprint)
    yield _pages(blueprint.pages)
    with _asking(blueprint) as ask:
        if blueprint.settings.switch.mode == "existing":
            switch = blueprint.settings.switch
            yield from check_existing(ask, switch.host, switch.sip_port, switch.http_port)
            return
        try:
            yield from check_all(blueprint.plan, ask, SwitchChild(blueprint.plan).pid)
        except SettingsError as fault:
            yield Check("switch", False, str(fault), str(fault), "callcenter switch install")


@contextmanager
def _asking(blueprint: Blueprint) -> Iterator[Ask]:
    """Open a link of our own for the questions; a switch that is away answers each with OSError."""
    switch = blueprint.settings.switch
    client = AmiClient(
        blueprint.ami_host,
        switch.ami_port,
        switch.ami_user,
        blueprint.ami_secret,
        wanted=frozenset(),
        on_event=lambda _event: None,
        on_up=lambda: None,
        on_down=lambda _why: None,
    )
    client.start()
    deadline = time.monotonic() + LINK_SECONDS
    while not client.up and time.monotonic() < deadline:
        time.sleep(0.05)

    def ask(fields: Mapping[str, str]) -> Mapping[str, str]:
        try:
            return dict(client.action(fields).items())
        except AmiRefused as refused:
            return dict(refused.reply.items())
        except SwitchAway as fault:
            raise OSError(str(fault)) from fault

    try:
        yield ask
    finally:
        client.stop()


def _try(name: str, zh: str, en: str, question: Callable[[], object]) -> Check:
    try:
        question()
    except (SettingsError, FlowError, OSError) as fault:
        return Check(name, False, str(fault), str(fault), "按提示改正文件 / mend the file as it says")
    return Check(name, True, zh, en)


def _disk(folder: Path) -> Check:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    gigabytes = f"{free / 1024**3:.1f} GB"
    if free >= LEAST_FREE_BYTES:
        return Check("disk", True, f"磁盘可用 {gigabytes}", f"{gigabytes} of disk are free")
    remedy = f"清理 {there} 所在磁盘，至少留 2 GB / free at least 2 GB on the disk of {there}"
    return Check("disk", False, f"磁盘只剩 {gigabytes}", f"only {gigabytes} of disk are left", remedy)


def _clock() -> Check:
    """A call centre's book is times: the system clock must be set, and should be kept by NTP where systemd knows."""
    if time.time() < SANE_CLOCK:
        return Check("clock", False, "系统时间不正确", "the system clock is wrong", "timedatectl set-ntp true")
    timedatectl = shutil.which("timedatectl")
    if timedatectl is None:
        return Check("clock", True, "系统时间正常（未检查同步）", "the clock is sane (synchronisation not checked)")
    command = [timedatectl, "show", "--property=NTPSynchronized", "--value"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603
    if said.stdout.strip() == "no":
        remedy = "timedatectl set-ntp true"
        return Check("clock", False, "系统时间没有同步", "the system clock is not synchronised", remedy)
    return Check("clock", True, "系统时间正常", "the clock is right")


def _schema(url: str) -> Check:
    remedy = "callcenter migrate"
    try:
        found, wanted = migrations.current(url), migrations.newest()
    except RecordsAway as fault:
        return Check("database", False, str(fault), str(fault), "启动数据库并核对地址 / start it and check its URL")
    if found == wanted:
        return Check("database", True, f"数据库结构 {found}", f"database schema {found}")
    zh = f"数据库结构为 {found or '空'}，需要 {wanted}"
    return Check("database", False, zh, f"database schema is {found or 'empty'}, needed {wanted}", remedy)


def _voice(blueprint: Blueprint) -> Check:
    try:
        PromptStore(blueprint.settings.prompts).prompt("您好，语音合成正常。")
    except SpeechFailed as fault:
        return Check("voice", False, "语音合成不可用", "no voice can speak", str(fault))
    return Check("voice", True, "语音合成正常", "the voice speaks")


def _pages(folder: Path) -> Check:
    if (folder / "index.html").is_file():
        return Check("desk", True, "坐席页面已构建", "the desk is built")
    return Check("desk", False, "坐席页面尚未构建", "the desk is not built", "./run setup")
