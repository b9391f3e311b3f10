"""Writes the files of the links to the switch: manager.conf (AMI), http.conf (WebSocket), rtp.conf (media, ICE)."""

from ipaddress import ip_address

from callcenter.adapters.asterisk.config.addresses import own_addresses
from callcenter.adapters.asterisk.plan import LOOPBACK, SwitchPlan

EVENTS = (
    "UserEvent",
    "DialBegin",
    "DialEnd",
    "BridgeEnter",
    "BridgeLeave",
    "Hangup",
    "Hold",
    "Unhold",
    "ContactStatus",
    "MixMonitorStart",
    "FullyBooted",
    "Shutdown",
    "OriginateResponse",
    "BlindTransfer",
    "AttendedTransfer",
)
"""The only events that leave the switch; lists that answer an action are not events and always come."""

READ_CLASSES = "system,call,user"
WRITE_CLASSES = "call,originate,reporting,user"
"""Never system, command, config or all: `system` also loads modules, starts programs and lists passwords. It would be
needed for MuteAudio and PJSIPShow*; use Setvar MUTEAUDIO(in)=on and Getvar PJSIP_AOR(<extension>,contact) instead."""

# The filter by name (compared whole, cheap) came with these releases; before them only a pattern over the text.
_NAMED_FILTERS_SINCE = {20: (20, 12, 0), 21: (21, 7, 0), 22: (22, 2, 0)}


def manager_conf(plan: SwitchPlan) -> str:
    """Return manager.conf: one user, loopback only, with the least rights and only the events in `EVENTS`."""
    numbers = plan.software.numbers
    named = numbers >= _NAMED_FILTERS_SINCE.get(numbers[0], (0,))
    filters = "".join(
        f"eventfilter(action(include),name({event})) = \n" if named else f"eventfilter=Event: {event}\n"
        for event in EVENTS
    )
    return (
        f"[general]\nenabled=yes\nwebenabled=no\nbindaddr={LOOPBACK}\nport={plan.ami_port}\ntimestampevents=yes\n"
        f"displayconnects=no\nauthlimit=200\n\n"
        f"[{plan.ami_user}]\nsecret={plan.ami_secret}\ndeny=0.0.0.0/0.0.0.0\npermit={LOOPBACK}/255.255.255.255\n"
        f"writetimeout=2000\nread={READ_CLASSES}\nwrite={WRITE_CLASSES}\n{filters}"
    )


def http_conf(plan: SwitchPlan) -> str:
    """Return http.conf: the WebSocket for browsers, loopback only; a proxy in front of it speaks TLS."""
    return (
        f"[general]\nservername=callcenter\nenabled=yes\nbindaddr={LOOPBACK}\nbindport={plan.http_port}\n"
        "enable_static=no\nenable_status=no\nsessionlimit=1000\n"
    )


def rtp_conf(plan: SwitchPlan) -> str:
    """Return rtp.conf; on loopback it tells browsers 127.0.0.1 in place of the machine's own address.

    Asterisk leaves 127.0.0.0/8 out when it lists ICE candidates, so that a browser on the same machine would have
    nobody to talk to. One other address is shown as loopback, the rest are left out.
    """
    text = f"[general]\nrtpstart={plan.rtp_first}\nrtpend={plan.rtp_last}\nstrictrtp=yes\nicesupport=yes\n"
    if not ip_address(plan.address).is_loopback:
        return text
    hosts = plan.ice_hosts or own_addresses()
    text += "ice_deny=::/0\n"
    text += "".join(f"ice_deny={host}/255.255.255.255\n" for host in hosts[1:])
    return text + "\n[ice_host_candidates]\n" + "".join(f"{host} => {plan.address}\n" for host in hosts[:1])
