"""Errors that people may see, always in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One text for people in Chinese and English; `code` is stable and may be tested for."""

    code: str
    zh: str
    en: str


class Refused(Exception):
    """A wish that cannot be granted now; nothing has changed."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.message = Message(code, zh, en)


class IllegalMove(Exception):
    """A state met an event that its table does not hold."""

    def __init__(self, machine: str, state: str, event: str) -> None:
        super().__init__(f"{machine}: {event} in {state}")
        self.machine, self.state, self.event = machine, state, event
