"""What one switch is to be: addresses, numbers, phones, folders. Values only; knows no file format and no process."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from callcenter.adapters.asterisk.install import Installed

LOOPBACK = "127.0.0.1"

HANDED_OVER = ("CC_STEP", "CC_QUEUE", "CC_CUSTOMER", "CC_DIALED")
"""Channel variables that a session is given as arguments, in this order, so that it need not ask for them. Their values
are our own: names of steps and queues (no comma, quote or backslash) and digits."""

_EXTENSION = re.compile(r"[0-9]{2,10}")
_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_WORD = re.compile(r"[A-Za-z0-9_.~!@%^*()+=/-]{4,80}")
_PATH = re.compile(r"[^\x00-\x1f;,$\"'|&<>`\\]+")
_CONTACT = re.compile(r"sip:(?:[0-9A-Za-z_+-]+@)?[0-9A-Za-z.-]+(?::[0-9]{1,5})?")


class PlanRefused(ValueError):
    """A value of the plan cannot be written into the switch's files; the message names it, zh and en."""


@dataclass(frozen=True, slots=True)
class PhonePlan:
    """A phone on the switch: a browser (WebRTC), or a SIP phone, registered or at a fixed `contact`.

    `contact` is `sip:ip:port` or `sip:user@ip:port`; '' means that the phone registers with its password.
    """

    extension: str
    password: str
    kind: Literal["browser", "sip"] = "browser"
    contact: str = ""


@dataclass(frozen=True, slots=True)
class SwitchPlan:
    """Everything that the switch's files are made from; refused whole when one value is unsafe."""

    run_dir: Path
    software: Installed
    recordings: Path
    prompts: Path
    hotlines: tuple[str, ...]
    ami_secret: str
    phones: tuple[PhonePlan, ...] = ()
    duty_phones: tuple[str, ...] = ()
    trunks: tuple[str, ...] = ()
    """Addresses that calls may come from: IP, network, or IP:port."""
    trunk_contact: str = ""
    """Where outbound calls go, `sip:ip:port`; '' means none."""
    address: str = LOOPBACK
    sip_port: int = 5060
    http_port: int = 8088
    ami_port: int = 5038
    rtp_first: int = 20000
    rtp_last: int = 29999
    ami_user: str = "callcenter"
    agi_host: str = LOOPBACK
    agi_port: int = 4573
    patience_tries: int = 15
    """How often, about a second apart, our session is tried before the duty phones ring."""
    duty_ring_seconds: int = 30
    time_zone: str = "Asia/Shanghai"
    ice_hosts: tuple[str, ...] = field(default=())
    """The machine's own addresses, shown to browsers as `address` when that is loopback; () finds them."""

    def __post_init__(self) -> None:
        _check(self)

    @property
    def conf_file(self) -> Path:
        """Return the asterisk.conf that the switch is started with."""
        return self.run_dir / "etc" / "asterisk.conf"

    @property
    def log_dir(self) -> Path:
        """Return the folder of the switch's logs, with `cdr-custom/` and `cel-custom/` below it."""
        return self.run_dir / "log"


def _refuse(what: str, value: object) -> PlanRefused:
    return PlanRefused(
        f"交换机配置中的{what}不可用：{value!r}，请改正后重新启动。\n"
        f"The switch's configuration has an unusable value for {what}: {value!r}. Correct it and start again."
    )


def _check(plan: SwitchPlan) -> None:
    """Raise PlanRefused unless every value is safe inside the switch's files."""
    _check_phones(plan)
    _check_places(plan)
    if not plan.hotlines or len(set(plan.hotlines)) != len(plan.hotlines):
        raise _refuse("热线号码 hotlines (none, or repeated)", plan.hotlines)
    for number in plan.hotlines:
        _need(_NUMBER, "热线号码 hotline", number)
    _need(_WORD, "AMI 密码 AMI secret", plan.ami_secret)
    _need(_WORD, "AMI 用户 AMI user", plan.ami_user)
    for trunk in plan.trunks:
        _check_trunk(plan, trunk)
    if plan.trunk_contact:
        _need(_CONTACT, "中继地址 trunk contact", plan.trunk_contact)


def _check_phones(plan: SwitchPlan) -> None:
    for phone in plan.phones:
        _need(_EXTENSION, "分机 extension", phone.extension)
        _need(_WORD, f"分机密码 password ({phone.extension})", phone.password)
        if phone.contact:
            _need(_CONTACT, f"话机地址 contact ({phone.extension})", phone.contact)
    extensions = [phone.extension for phone in plan.phones]
    if len(set(extensions)) != len(extensions):
        raise _refuse("分机(重复) extensions (repeated)", extensions)
    for extension in plan.duty_phones:
        if extension not in extensions:
            raise _refuse("值班电话(不在分机表) duty phone (no such extension)", extension)


def _check_places(plan: SwitchPlan) -> None:
    for path in (plan.run_dir, plan.recordings, plan.prompts):
        _need(_PATH, "文件夹 folder", str(path))
        if not path.is_absolute():
            raise _refuse("文件夹(须为绝对路径) folder (must be absolute)", path)
    for port in (plan.sip_port, plan.http_port, plan.ami_port, plan.agi_port, plan.rtp_first, plan.rtp_last):
        if not 0 < port < 65536:
            raise _refuse("端口 port", port)
    for address in (plan.address, plan.agi_host, *plan.ice_hosts):
        _address(address)
    try:
        ZoneInfo(plan.time_zone)
    except (KeyError, ValueError) as error:
        raise _refuse("时区 time zone", plan.time_zone) from error


def _check_trunk(plan: SwitchPlan, trunk: str) -> None:
    """A trunk is known by its address alone: one that also covers our own browsers would let agents in as callers."""
    host, _, port = trunk.partition(":")
    try:
        network = ipaddress.ip_network(host, strict=False)
    except ValueError as error:
        raise _refuse("中继 trunk", trunk) from error
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        raise _refuse("中继 trunk", trunk)
    own = {ipaddress.ip_address(LOOPBACK), ipaddress.ip_address(plan.address)}
    if not port and any(address in network for address in own):
        raise _refuse("中继(包含本机地址，请写 IP:端口) trunk (covers this machine; write IP:port)", trunk)


def _address(address: str) -> None:
    try:
        ipaddress.IPv4Address(address)
    except ValueError as error:
        raise _refuse("地址(须为 IPv4) address (must be IPv4)", address) from error


def _need(pattern: re.Pattern[str], what: str, value: str) -> None:
    if not pattern.fullmatch(value):
        raise _refuse(what, value)
