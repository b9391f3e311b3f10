"""Mistakes in a flow's file, each with its place and what to write instead, in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake. `code` is stable; `line` and `column` count from 1 and are 0 when the place is unknown."""

    code: str
    zh: str
    en: str
    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""

    def __str__(self) -> str:
        where = f"{self.file or '<flow>'}:{self.line}:{self.column}"
        return f"{where}: {self.path + ': ' if self.path else ''}{self.zh} / {self.en}"


class FlowError(Exception):
    """A flow that must not answer calls. Every mistake that could be found is in `findings`."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings
