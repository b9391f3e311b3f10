"""AMI bytes in, messages out. No socket, no clock, no thread; an event nobody wants costs one look at its name."""

from callcenter.adapters.asterisk.ami.encode import encode
from callcenter.adapters.asterisk.ami.messages import AmiEvent, AmiReply

__all__ = ["EVERY", "AmiEvent", "AmiProtocol", "AmiReply", "encode"]

EVERY = frozenset({"*"})
"""The wanted set that wants all events."""

BLOCK_BYTES = 256 * 1024
"""The longest block that is kept; real ones are below 4 kB, a console command's output below 200 kB."""

KINDS = 1024
"""How many event names are remembered; Asterisk 22 has about 180, forged ones must not fill the memory."""

_GREETING = b"Asterisk Call Manager/"


class AmiProtocol:
    """One connection's reading side.

    A block ends at an empty line and at nothing else, so no text that a caller chose ('status will follow',
    'Response: Follows') changes how the stream is cut.
    """

    def __init__(self, wanted: frozenset[str]) -> None:
        self.version = ""
        self.seen = 0
        self.dropped = 0
        self.malformed = 0
        self.collecting: set[str] = set()
        """ActionIDs of lists now being read: their events are handed out whatever their name. Any thread changes it."""
        self._every = "*" in wanted
        self._names = {name.encode(): name for name in wanted}
        self._buffer = bytearray()
        self._overlong = False

    def feed(self, data: bytes) -> list[AmiEvent | AmiReply]:
        """Return the messages that `data` completes, in the order of the stream; any split of the stream is fine."""
        known = max(0, len(self._buffer) - 3)
        self._buffer += data
        if not self.version:
            if not self._greet():
                return []
            known = 0
        buffer = self._buffer
        if buffer.find(b"\r\n\r\n", known) < 0:
            self._bound()
            return []
        blocks = bytes(buffer).split(b"\r\n\r\n")
        self._buffer = bytearray(blocks.pop())
        if self._overlong:
            self._overlong = False
            del blocks[0]
        self._bound()
        return self._messages(blocks)

    def _messages(self, blocks: list[bytes]) -> list[AmiEvent | AmiReply]:
        messages: list[AmiEvent | AmiReply] = []
        wanted, every, dropped = self._names, self._every, 0
        for block in blocks:
            if block[:7] == b"Event: ":
                end = block.find(b"\r\n", 7)
                label = block[7:end] if end > 0 else block[7:]
                name = wanted.get(label)
                if name is not None:
                    messages.append(AmiEvent(name, block))
                elif every:
                    messages.append(AmiEvent(self._learned(label), block))
                elif self.collecting and (event := self._collected(label, block)):
                    messages.append(event)
                else:
                    dropped += 1
            elif block[:10] == b"Response: ":
                messages.append(AmiReply(block))
            elif (rest := block.lstrip(b"\r\n")) != block:  # an empty line too many
                if rest:
                    self.seen -= 1
                    messages += self._messages([rest])
            else:
                self.malformed += 1
        self.seen += len(blocks)
        self.dropped += dropped
        return messages

    def _learned(self, label: bytes) -> str:
        name = label.decode("utf-8", "replace")
        if len(self._names) < KINDS:
            self._names[label] = name
        return name

    def _collected(self, label: bytes, block: bytes) -> AmiEvent | None:
        event = AmiEvent(label.decode("utf-8", "replace"), block)
        return event if event.get("ActionID") in self.collecting else None

    def _greet(self) -> bool:
        """Take the greeting off the front, one line without an empty one; return whether the stream may be read."""
        if not self._buffer.startswith(_GREETING[: len(self._buffer)]):
            self.version = "unknown"
            return True
        line, end, rest = bytes(self._buffer).partition(b"\r\n")
        if not end:
            self._bound()
            return False
        self.version = line[len(_GREETING) :].decode("ascii", "replace") or "unknown"
        self._buffer = bytearray(rest)
        return True

    def _bound(self) -> None:
        """Throw away the front of a block that does not end; its last bytes stay, the empty line may be cut in two."""
        if len(self._buffer) > BLOCK_BYTES:
            if not self._overlong:
                self.malformed += 1
                self._overlong = True
            del self._buffer[:-3]
