"""Order -> AMI action, and the switch's own lists -> the core's words. Decides nothing."""

from collections.abc import Iterable, Sequence

from callcenter.adapters.asterisk.ami.client import AmiClient, AmiRefused
from callcenter.domain.ids import CallId, ChannelName
from callcenter.domain.orders import ConnectCaller, HangUpChannel, MuteChannel, Order, ReturnToWaiting
from callcenter.service.ports import ChannelGone, LiveChannel


class AsteriskSwitch:
    """Implements `ports.Switch` on one AMI link, with the least rights: no action here needs the class `system`."""

    def __init__(self, ami: AmiClient, extensions: Iterable[str]) -> None:
        self._ami, self._extensions = ami, tuple(extensions)

    def carry_out(self, order: Order) -> None:
        """Send one order; see the port."""
        match order:
            case ConnectCaller():
                target = f"{order.extension}*{order.ring_seconds}*{int(order.auto_answer)}"
                self._redirect(order.channel, "connect", target)
            case ReturnToWaiting():
                self._redirect(order.channel, "serve", "s")
            case HangUpChannel():
                self._quietly({"Action": "Hangup", "Channel": order.channel})
            case MuteChannel():
                state = "on" if order.on else "off"
                variable = {"Variable": "MUTEAUDIO(in)", "Value": state}
                self._quietly({"Action": "Setvar", "Channel": order.channel, **variable})
            case _:
                raise TypeError(f"no action for {type(order).__name__}")

    def live_channels(self) -> Sequence[LiveChannel]:
        """Read all channels; see the port."""
        rows = self._ami.listing({"Action": "CoreShowChannels"})
        return [
            LiveChannel(
                name=ChannelName(row.get("Channel")),
                uniqueid=row.get("Uniqueid"),
                call=CallId(row.get("Linkedid")),
                state=row.get("ChannelStateDesc"),
                context=row.get("Context"),
                extension=row.get("Exten"),
                application=row.get("Application"),
                bridge=row.get("BridgeId"),
                seconds=_seconds(row.get("Duration")),
            )
            for row in rows
            if row.name == "CoreShowChannel"
        ]

    def registered_phones(self) -> frozenset[str]:
        """Ask for the contact of every extension; see the port."""
        return frozenset(extension for extension in self._extensions if self._contact_of(extension))

    def _contact_of(self, extension: str) -> str:
        try:
            reply = self._ami.action({"Action": "Getvar", "Variable": f"PJSIP_AOR({extension},contact)"})
        except AmiRefused:
            return ""
        return reply.get("Value")

    def _redirect(self, channel: ChannelName, context: str, extension: str) -> None:
        action = {"Action": "Redirect", "Channel": channel, "Context": context, "Exten": extension, "Priority": "1"}
        try:
            self._ami.action(action)
        except AmiRefused as refused:
            raise ChannelGone(refused.reply.message) from refused

    def _quietly(self, action: dict[str, str]) -> None:
        """A channel that is gone already is what was wanted."""
        try:
            self._ami.action(action)
        except AmiRefused:
            return


def _seconds(clock: str) -> int:
    """Return the seconds of `HH:MM:SS`."""
    total = 0
    for part in clock.split(":"):
        total = total * 60 + int(part or 0)
    return total
