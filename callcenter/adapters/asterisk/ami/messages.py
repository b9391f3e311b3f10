"""What the switch says on AMI, one object a block, headers read when asked for. Knows no event's meaning."""

from functools import lru_cache

GOOD = frozenset({"Success", "Goodbye", "Follows"})


@lru_cache(maxsize=512)
def _needle(header: str) -> bytes:
    return b"\r\n%b:" % header.encode()


class AmiBlock:
    """One whole block of headers. Text is UTF-8; a byte that is not becomes U+FFFD, never an error."""

    __slots__ = ("_raw",)

    def __init__(self, block: bytes) -> None:
        self._raw = b"\r\n" + block + b"\r\n"

    def get(self, header: str, default: str = "") -> str:
        """Return the first value of a header, or `default`. Names are case sensitive, as the switch writes them."""
        needle = _needle(header)
        start = self._raw.find(needle)
        if start < 0:
            return default
        start += len(needle)
        return self._raw[start : self._raw.index(b"\r\n", start)].decode("utf-8", "replace").strip(" ")

    def get_header(self, hname: str, defval: str = "") -> str:
        """Return the same as `get`, under the name that pyst2's own methods call."""
        return self.get(hname, defval)

    def __getitem__(self, header: str) -> str:
        """Return the first value of a header; KeyError when there is none."""
        if not self.has_header(header):
            raise KeyError(header)
        return self.get(header)

    def has_header(self, header: str) -> bool:
        """Return whether the header is there, even with an empty value."""
        return _needle(header) in self._raw

    def all(self, header: str) -> list[str]:
        """Return every value of a header that may be repeated, in order."""
        return [value for name, value in self.items() if name == header]

    def items(self) -> list[tuple[str, str]]:
        """Return every header and value in order, repeated ones too."""
        lines = self._raw[2:-2].decode("utf-8", "replace").split("\r\n")
        return [(name, value.strip(" ")) for name, _, value in (line.partition(":") for line in lines)]


class AmiEvent(AmiBlock):
    """Something that happened on the switch."""

    __slots__ = ("name",)

    def __init__(self, name: str, block: bytes) -> None:
        super().__init__(block)
        self.name = name

    def __repr__(self) -> str:
        """Return the name only: values may hold a caller's number."""
        return f"<AmiEvent {self.name}>"


class AmiReply(AmiBlock):
    """The switch's answer to one action."""

    __slots__ = ()

    @property
    def success(self) -> bool:
        """Return whether the switch took the action."""
        return self.get("Response") in GOOD

    @property
    def message(self) -> str:
        """Return the switch's own words, English."""
        return self.get("Message")

    @property
    def action_id(self) -> str:
        """Return the id of the action that this answers, '' when the switch sent none."""
        return self.get("ActionID")

    @property
    def output(self) -> list[str]:
        """Return the lines that a console command printed."""
        return self.all("Output")

    def __repr__(self) -> str:
        """Return whether it is a yes or a no."""
        return f"<AmiReply {self.get('Response')}>"
