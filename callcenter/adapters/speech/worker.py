"""The child process that speaks: reads one JSON line a text, writes one wav file, answers one JSON line.

Runs alone because pyttsx3 crashes in threads, keeps only the last of several files, may return before the file exists,
and prints to stdout (pyttsx3 2.99, espeak-ng 1.51).
"""

import json
import os
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TextIO

PATIENCE_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.002
HEADER_BYTES: Final = 44


def main() -> None:
    """Serve until stdin ends. The first line out is `{"ready": true}` or the reason why there is no voice."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", buffering=1)
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # pyttsx3 prints; the answers must stay clean
    with closing(answers):
        voice, rate = sys.argv[1], int(sys.argv[2])
        try:
            engine = _engine(voice, rate)
        except Exception as error:  # pyttsx3 raises whatever its driver does
            _answer(answers, {"failed": f"{type(error).__name__}: {error}"})
            return
        _answer(answers, {"ready": True})
        for line in sys.stdin:
            order = json.loads(line)
            _answer(answers, _render(engine, order["text"], Path(order["file"])))


def _answer(answers: TextIO, message: dict[str, object]) -> None:
    answers.write(json.dumps(message) + "\n")


def _engine(voice: str, rate: int) -> Any:
    import pyttsx3  # noqa: PLC0415  # only this process may load it

    engine = pyttsx3.init("espeak")
    engine.setProperty("rate", rate)
    engine.setProperty("voice", voice)
    engine.runAndWait()  # the first one returns early: spend it on nothing; also applies the voice
    spoken = str(engine.getProperty("voice"))
    if voice not in spoken.split("/"):
        raise ValueError(f"voice {voice} is not installed (got {spoken})")
    return engine


def _render(engine: Any, text: str, file: Path) -> dict[str, object]:
    engine.save_to_file(text, str(file))
    engine.runAndWait()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _whole(file):
        if time.monotonic() > deadline:
            return {"failed": "the voice wrote no sound"}
        time.sleep(LOOK_SECONDS)
    return {"done": True}


def _whole(file: Path) -> bool:
    """Return whether the header's length is the file's length: the header is written last."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return False
    return len(content) > HEADER_BYTES and int.from_bytes(content[40:44], "little") == len(content) - HEADER_BYTES


if __name__ == "__main__":
    main()
