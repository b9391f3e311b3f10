"""The command line; thin: each word reads the settings and calls one room."""

import json
import os
import signal
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from flask import Flask
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from callcenter import settings as settings_file
from callcenter.adapters import flows
from callcenter.adapters.asterisk.apt import SwitchPackageMissing
from callcenter.adapters.asterisk.child import SwitchChild, SwitchDidNotStart
from callcenter.adapters.asterisk.install import install
from callcenter.adapters.asterisk.plan import PlanRefused
from callcenter.adapters.database import migrations
from callcenter.adapters.database.engine import open_database
from callcenter.adapters.database.import_customers import import_customers
from callcenter.adapters.database.people import People, Role, hash_password
from callcenter.adapters.flows import transcripts
from callcenter.adapters.web.serve import Server
from callcenter.demo.show import Demo, Wish
from callcenter.demo.sipp import SippMissing
from callcenter.doctor import examine, paths
from callcenter.domain.errors import Refused
from callcenter.domain.flow.findings import FlowError
from callcenter.service.ports import RecordsAway
from callcenter.settings import Settings, SettingsError
from callcenter.wiring import Blueprint, make, now

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="呼叫中心 / call centre")
switch = typer.Typer(no_args_is_help=True, help="电话交换机 Asterisk / the telephone switch")
people = typer.Typer(no_args_is_help=True, help="人员与登录 / people and log-ins")
customers = typer.Typer(no_args_is_help=True, help="客户资料 / customers")
flow = typer.Typer(no_args_is_help=True, help="IVR 流程 / IVR flows")
app.add_typer(switch, name="switch")
app.add_typer(customers, name="customers")
app.add_typer(flow, name="flow")
app.add_typer(people, name="people")
words = Console(stderr=True)

MENDABLE = (
    *(SettingsError, Refused, FlowError, RecordsAway, PlanRefused),
    *(SwitchPackageMissing, SwitchDidNotStart, SippMissing),
)
"""What people can mend: said in two languages, without a trace."""

BOOT_FAILED = 3
"""Tells the server's parent not to start the worker again."""

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="配置文件 / settings file (TOML)")]


def home() -> Path:
    """Return the folder that holds `config/` and `ivr_flows/`: CALLCENTER_HOME, else where we are, else the wheel's."""
    here = Path(os.environ.get("CALLCENTER_HOME") or Path.cwd())
    shared = Path(str(files("callcenter"))) / "_share"
    return here if (here / "config" / "packs").is_dir() or not shared.is_dir() else shared


def _settings(file: Path | None) -> Settings:
    environ = {name: value for name, value in os.environ.items() if name != "CALLCENTER_HOME"}
    return settings_file.load(home(), file, environ)


@app.command()
def serve(
    settings: SettingsFile = None,
    keep_switch: Annotated[bool, typer.Option(help="停止时保留通话 / leave the switch and its talks running")] = False,
) -> None:
    """启动呼叫中心 / run the call centre until it is stopped."""
    blueprint = Blueprint(_settings(settings))
    web = blueprint.settings.web
    build, stop = make(blueprint)

    def start() -> Flask:
        try:
            return build()
        except MENDABLE as fault:
            words.print(str(fault), style="red", highlight=False)
            raise SystemExit(BOOT_FAILED) from None

    try:
        Server(web.host, web.port, web.threads, start, stop).run()
    finally:
        if blueprint.settings.switch.mode == "own" and not keep_switch:
            SwitchChild(blueprint.plan).stop()


@app.command()
def demo(
    calls: Annotated[int | None, typer.Option(min=1, max=500, help="来电数量 / how many calls")] = None,
    leave: Annotated[bool, typer.Option("--exit", help="结束后退出并打印账目 / end and print the account")] = False,
) -> None:
    """演示：模拟来电与座席 / a whole house with simulated callers and agents."""
    where = home()
    show = Demo(where, where / ".run" / "demo", Wish(calls or (12 if leave else None), leave), words.print)
    signal.signal(signal.SIGINT, lambda *_: show.stop())
    signal.signal(signal.SIGTERM, lambda *_: show.stop())
    account = show.run()
    if account is None:
        words.print("演示已结束 / the demonstration has ended")
        return
    typer.echo(json.dumps(dict(account.figures), ensure_ascii=False))
    for fault in account.faults:
        words.print(f"账目不符 / books differ: {fault}", style="red", highlight=False)
    raise typer.Exit(1 if account.faults else 0)


@app.command()
def doctor(
    show_paths: Annotated[
        bool, typer.Option("--paths", help="以 JSON 打印各文件位置 / print where everything lies")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """检查安装是否正常，不正常时说明怎么办 / ask every part whether it is well."""
    blueprint = Blueprint(_settings(settings))
    if show_paths:
        typer.echo(json.dumps(dict(paths(blueprint)), ensure_ascii=False, indent=2))
        return
    bad = 0
    for check in examine(blueprint):
        bad += not check.ok
        typer.echo(f"{'✓' if check.ok else '✗'} {check.name:<10} {check.zh} / {check.en}")
        if check.remedy and not check.ok:
            typer.echo(f"  {'':<10} → {check.remedy}")
    raise typer.Exit(1 if bad else 0)


@customers.command("import")
def customers_import(file: Path, settings: SettingsFile = None) -> None:
    """导入客户 CSV 或 XLSX，可中断后继续 / import customers; interrupted, it goes on where it stopped."""
    configured = _settings(settings)
    migrations.upgrade(configured.database_url)
    database = open_database(configured.database_url)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=words) as bar:
        task = bar.add_task(file.name, total=None)

        def progress(done: int, total: int, refused: int) -> None:
            note = f"{file.name} ({refused} 行有误 / refused)" if refused else file.name
            bar.update(task, completed=done, total=total, description=note)

        report = import_customers(database, file, now(), progress=progress)
    figures = {"rows": report.rows, "stored": report.stored, "refused": report.refused, "resumed_at": report.resumed_at}
    typer.echo(json.dumps(figures))
    if report.refused:
        words.print(f"有误的行及改法见 / rows to mend: {report.errors}", style="yellow", highlight=False)


@flow.command("check")
def flow_check(
    files: Annotated[list[Path] | None, typer.Argument(help="缺省检查全部 / all by default")] = None,
) -> None:
    """检查流程并运行其测试 / check flows and run the tests beside them."""
    bad = 0
    for file in files or sorted((home() / "ivr_flows").glob("*/*.yaml")):
        problems = _problems_of(file)
        bad += len(problems)
        typer.echo(f"{'✗' if problems else '✓'} {file}")
        for problem in problems:
            typer.echo(f"    {problem}")
    raise typer.Exit(1 if bad else 0)


def _problems_of(file: Path) -> list[str]:
    """Return what is wrong with a flow, or with the tests of one (`*.test.yaml`)."""
    try:
        if not file.name.endswith(".test.yaml"):
            flows.load(file)
            return []
        results = transcripts.run(file)
    except flows.FlowError as fault:
        return [str(finding) for finding in fault.findings]
    return [f"{file}:{result.line}: {result.name}: {problem}" for result in results for problem in result.problems]


@app.command()
def migrate(settings: SettingsFile = None) -> None:
    """升级数据库结构 / bring the database to the newest schema."""
    typer.echo(migrations.upgrade(_settings(settings).database_url))


@switch.command("install")
def switch_install(settings: SettingsFile = None) -> None:
    """从发行版软件包解开 Asterisk，不安装到系统 / unpack Asterisk from the distribution's packages."""
    configured = _settings(settings)
    found = install(configured.under_work(configured.switch.root), words.print)
    typer.echo(found.version)


@switch.command("stop")
def switch_stop(settings: SettingsFile = None) -> None:
    """停止本系统自己的 Asterisk / stop our own Asterisk."""
    SwitchChild(Blueprint(_settings(settings)).plan).stop()


@people.command("add")
def people_add(
    login: str,
    name: str,
    role: Annotated[str, typer.Option(help="agent, lead, supervisor, admin")] = "agent",
    agent: Annotated[str, typer.Option(help="工号 / agent id")] = "",
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
    settings: SettingsFile = None,
) -> None:
    """新增登录账号 / add a person who may log in."""
    configured = _settings(settings)
    migrations.upgrade(configured.database_url)
    database = open_database(configured.database_url)
    if role not in Role.__args__:  # type: ignore[attr-defined]
        raise typer.BadParameter(f"{role}: agent, lead, supervisor, admin")
    People(database).create_user(login, hash_password(password), name, role, now(), agent=agent or None)  # type: ignore[arg-type]


def main() -> None:
    """Run one command; what people can mend is said in two languages, without a trace."""
    try:
        app()
    except MENDABLE as fault:
        words.print(str(fault), style="red", highlight=False)
        raise SystemExit(2) from None
