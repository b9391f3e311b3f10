"""Questions about a switch for `callcenter doctor`, each with its answer and its remedy in Chinese and English.

Must not change anything; asks the AMI through a given function, reads files and opens connections on this machine.
"""

import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from callcenter.adapters.asterisk.config.addresses import own_addresses
from callcenter.adapters.asterisk.config.dialplan import CONTEXTS
from callcenter.adapters.asterisk.install import OLDEST_MAJOR, Installed
from callcenter.adapters.asterisk.plan import LOOPBACK, SwitchPlan

Ask = Callable[[Mapping[str, str]], Mapping[str, str]]
"""Sends one AMI action and returns its answer's fields; raises OSError or TimeoutError when the link is down."""

SAFE_SINCE = (22, 10, 0)
"""Every version before it has published security faults."""

FILES_WANTED = 4096

_ALLOWED = (
    {"Action": "Ping"},
    {"Action": "CoreShowChannels"},
    {"Action": "Getvar", "Variable": "EPOCH"},
)
_REFUSED = (
    {"Action": "Command", "Command": "core show version"},
    {"Action": "ModuleCheck", "Module": "app_system.so"},
    {"Action": "GetConfig", "Filename": "manager.conf"},
)


@dataclass(frozen=True, slots=True)
class Check:
    """One question answered; `remedy` says what to do, zh and en, and is '' when all is well."""

    name: str
    ok: bool
    zh: str
    en: str
    remedy: str = ""


def check_all(plan: SwitchPlan, ask: Ask, pid: int | None) -> Sequence[Check]:
    """Return every check of a switch that should be running, in the order in which to read them."""
    return (
        check_version(plan.software),
        check_ami(ask),
        check_contexts(plan),
        check_sounds(plan),
        check_sip(plan.address, plan.sip_port),
        check_websocket(LOOPBACK, plan.http_port),
        check_ice(plan),
        check_open_files(pid),
    )


def check_existing(ask: Ask, host: str, sip_port: int, http_port: int) -> Sequence[Check]:
    """Return every check of a switch that is not ours: what its AMI, its dialplan and its ports say."""
    return (check_ami(ask), check_contexts_of(ask), check_sip(host, sip_port), check_websocket(host, http_port))


def check_contexts_of(ask: Ask) -> Check:
    """Return whether a switch that is not ours has the contexts that our calls need."""
    needed = ("serve", "connect", "ring")
    try:
        answers = {name: ask({"Action": "ShowDialPlan", "Context": name}).get("Response") for name in needed}
    except OSError as error:
        return Check(
            "dialplan", False, f"无法询问：{error}", f"cannot be asked: {error}", "先恢复 AMI / mend the AMI first"
        )
    missing = ", ".join(name for name, answer in answers.items() if answer != "Success")
    if not missing:
        return Check("dialplan", True, "拨号方案完整", "the dialplan is complete")
    remedy = (
        "照抄自带交换机 run_dir/asterisk/etc/extensions.conf 的这些段 / copy them from our own switch's extensions.conf"
    )
    return Check("dialplan", False, f"拨号方案缺少：{missing}", f"the dialplan lacks: {missing}", remedy)


def check_version(software: Installed) -> Check:
    """Return whether the version works at all (from 20 on), with a warning below the last security release."""
    works, safe = software.numbers >= (OLDEST_MAJOR,), software.numbers >= SAFE_SINCE
    if safe:
        return Check("version", True, f"Asterisk {software.version}", f"Asterisk {software.version}")
    wanted = ".".join(str(number) for number in SAFE_SINCE)
    zh = f"Asterisk {software.version} " + ("有已公开的安全漏洞" if works else f"太旧，至少需要 {OLDEST_MAJOR}")
    en = f"Asterisk {software.version} " + ("has published security faults" if works else "is too old")
    return Check("version", works, zh, en, f"升级到 {wanted} 或更新版本 / upgrade to {wanted} or newer")


def check_ami(ask: Ask) -> Check:
    """Return whether our AMI user may do what we need, and may not do what we must never do."""
    remedy = (
        "核对 manager.conf 的用户、密码和权限，重启交换机 / check user, secret and rights in manager.conf, then restart"
    )
    try:
        missing = [action["Action"] for action in _ALLOWED if ask(action).get("Response") != "Success"]
        excess = [action["Action"] for action in _REFUSED if ask(action).get("Response") == "Success"]
    except OSError as error:
        return Check("ami", False, f"AMI 无法连接：{error}", f"AMI cannot be reached: {error}", remedy)
    if missing:
        names = ", ".join(missing)
        return Check("ami", False, f"AMI 用户缺少权限：{names}", f"the AMI user may not: {names}", remedy)
    if excess:
        names = ", ".join(excess)
        return Check("ami", False, f"AMI 用户权限过大：{names}", f"the AMI user may do too much: {names}", remedy)
    return Check("ami", True, "AMI 登录和权限正确", "AMI login and rights are right")


def check_contexts(plan: SwitchPlan) -> Check:
    """Return whether the dialplan on disk has every context and every hotline number."""
    path = plan.conf_file.parent / "extensions.conf"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    missing = [name for name in CONTEXTS if f"[{name}]" not in text]
    missing += [number for number in plan.hotlines if f"exten => {number},1," not in text]
    if missing:
        names = ", ".join(missing)
        remedy = "重新启动，配置会重写 / start again, the files are written anew"
        return Check("dialplan", False, f"拨号方案缺少：{names}", f"the dialplan lacks: {names}", remedy)
    return Check("dialplan", True, "拨号方案完整", "the dialplan is complete")


def check_sounds(plan: SwitchPlan) -> Check:
    """Return whether music and beep are there, and the prompts' folder can be read."""
    wanted = (plan.run_dir / "moh/waiting.wav", plan.run_dir / "share/sounds/en/beep.wav", plan.prompts)
    missing = [str(path) for path in wanted if not path.exists()]
    if missing:
        names = ", ".join(missing)
        remedy = "重新启动，文件会重新生成 / start again, the files are made anew"
        return Check("sounds", False, f"缺少声音文件：{names}", f"sounds are missing: {names}", remedy)
    return Check("sounds", True, "声音文件齐全", "the sounds are there")


def check_sip(host: str, port: int) -> Check:
    """Return whether the SIP port answers an OPTIONS request."""
    place = f"{host}:{port}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.settimeout(2.0)
        phone.connect((host, port))
        own = ":".join(map(str, phone.getsockname()))
        request = (
            f"OPTIONS sip:{place} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bKdoctor\r\nMax-Forwards: 70\r\n"
            f"From: <sip:doctor@{own}>;tag=doctor\r\nTo: <sip:{place}>\r\nCall-ID: doctor-{own}\r\n"
            f"CSeq: 1 OPTIONS\r\nContact: <sip:{own}>\r\nContent-Length: 0\r\n\r\n"
        )
        try:
            phone.send(request.encode())
            answered = phone.recv(2048).startswith(b"SIP/2.0 ")
        except OSError:
            answered = False
    if answered:
        return Check("sip", True, f"SIP 端口 {place} 有应答", f"SIP answers at {place}")
    remedy = "确认交换机在运行且端口未被占用 / see that the switch runs and no other program has the port"
    return Check("sip", False, f"SIP 端口 {place} 无应答", f"SIP does not answer at {place}", remedy)


def check_websocket(host: str, port: int) -> Check:
    """Return whether a browser's WebSocket would be accepted for SIP."""
    request = (
        f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: Y2FsbGNlbnRlciBkb2N0b3I=\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n"
        "\r\n"
    )
    try:
        with socket.create_connection((host, port), timeout=2.0) as link:
            link.sendall(request.encode())
            accepted = link.recv(1024).startswith(b"HTTP/1.1 101")
    except OSError:
        accepted = False
    if accepted:
        return Check("websocket", True, "浏览器话机可以连接", "browser phones can connect")
    remedy = f"确认交换机在运行，端口 {port} 未被占用 / see that the switch runs and owns port {port}"
    return Check("websocket", False, "浏览器话机无法连接", "browser phones cannot connect", remedy)


def check_ice(plan: SwitchPlan) -> Check:
    """Return whether a browser on this machine will be told an address for its sound."""
    if not ip_address(plan.address).is_loopback:
        return Check("ice", True, f"媒体地址 {plan.address}", f"media address {plan.address}")
    hosts = plan.ice_hosts or own_addresses()
    if hosts:
        return Check("ice", True, "本机浏览器可以通话", "a browser on this machine can talk")
    return Check(
        "ice",
        False,
        "本机只有 127.0.0.1，浏览器会没有声音",
        "this machine has no address but 127.0.0.1: browsers get no sound",
        "ip addr add 10.9.9.9/32 dev lo，然后重启 / then start again",
    )


def check_open_files(pid: int | None) -> Check:
    """Return whether the running switch may open enough files (about five a call)."""
    path = Path(f"/proc/{pid}/limits")
    if pid is None or not path.exists():
        remedy = "启动交换机 / start the switch"
        return Check("files", False, "交换机没有运行", "the switch does not run", remedy)
    found = re.search(r"Max open files\s+(\d+)", path.read_text(encoding="ascii"))
    limit = int(found.group(1)) if found else 0
    if limit >= FILES_WANTED:
        return Check("files", True, f"可打开 {limit} 个文件", f"may open {limit} files")
    zh = f"只能打开 {limit} 个文件，约够 {limit // 5} 路通话"
    en = f"may open only {limit} files, enough for about {limit // 5} calls"
    return Check("files", False, zh, en, "ulimit -Hn 20000，然后重启 / then start again")
