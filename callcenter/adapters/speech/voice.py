"""Keeps one speaking child process: starts it when first needed, one text at a time, again after it died or hung."""

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from callcenter.service.ports import SpeechFailed

START_SECONDS: Final = 15.0
RENDER_SECONDS: Final = 10.0
INSTALL: Final = "apt-get install espeak-ng"
LIBRARY_VARIABLE: Final = "CALLCENTER_ESPEAK_ROOT"
"""Folder of an unpacked espeak-ng (the one that holds `usr/`), for machines without the package."""

WORKER: Final = (sys.executable, "-m", "callcenter.adapters.speech.worker")


class Voice(Protocol):
    """One way to speak; another engine is another class of this shape."""

    name: str
    """Part of the cache key: anything that changes the sound."""

    def render(self, text: str, file: Path) -> None:
        """Write the words as a wav file of any rate. Any thread. Raises SpeechFailed."""


class EspeakVoice:
    """pyttsx3 with espeak-ng in a child process."""

    def __init__(
        self,
        voice: str = "cmn-latn-pinyin",
        words_per_minute: int = 200,
        command: tuple[str, ...] = WORKER,
        render_seconds: float = RENDER_SECONDS,
    ) -> None:
        self.name = f"espeak/{voice}/{words_per_minute}"
        self._command, self._render_seconds = (*command, voice, str(words_per_minute)), render_seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def render(self, text: str, file: Path) -> None:
        """Write the words as a wav file; a child that died or hung is replaced once. Raises SpeechFailed."""
        order = json.dumps({"text": text, "file": str(file)}).encode() + b"\n"
        with self._lock:
            try:
                answer = self._asked(order)
            except (OSError, EOFError, TimeoutError, ValueError):
                self._stop()
                answer = self._second_try(order)
        if "failed" in answer:
            raise SpeechFailed(f"语音合成失败：{answer['failed']} / the voice failed: {answer['failed']}")

    def close(self) -> None:
        """End the child process."""
        with self._lock:
            self._stop()

    def _second_try(self, order: bytes) -> dict[str, object]:
        try:
            return self._asked(order)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self._stop()
            why = type(error).__name__
            raise SpeechFailed(f"语音进程没有回答（{why}） / the voice process does not answer ({why})") from error

    def _asked(self, order: bytes) -> dict[str, object]:
        child = self._child if self._child is not None and self._child.poll() is None else self._start()
        if child.stdin is None:
            raise EOFError
        child.stdin.write(order)
        child.stdin.flush()
        return _answer_of(child, self._render_seconds)

    def _start(self) -> subprocess.Popen[bytes]:
        self._stop()
        child = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=espeak_environment(os.environ),
        )
        self._child = child
        answer = _answer_of(child, START_SECONDS)
        if "failed" in answer:
            self._stop()
            why = answer["failed"]
            raise SpeechFailed(
                f"没有可用的语音：请运行 {INSTALL}，或用 {LIBRARY_VARIABLE} 指向解包后的 espeak-ng（{why}） / "
                f"no voice: run {INSTALL}, or point {LIBRARY_VARIABLE} at an unpacked espeak-ng ({why})"
            )
        return child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _answer_of(child: subprocess.Popen[bytes], seconds: float) -> dict[str, object]:
    """Return the next line of the child. It answers one line to one order, so a whole line is there or nothing."""
    if child.stdout is None:
        raise EOFError
    waiting = select.poll()  # select() itself refuses descriptors above 1023, which a busy server has
    waiting.register(child.stdout, select.POLLIN)
    if not waiting.poll(seconds * 1000):
        raise TimeoutError
    line = child.stdout.readline()
    if not line:
        raise EOFError
    answer = json.loads(line)
    if not isinstance(answer, dict):
        raise ValueError("the voice process answered nonsense")  # caught with other bad answers
    return answer


def espeak_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the child's environment: with LIBRARY_VARIABLE set, the unpacked library and its voices come first."""
    result = dict(environment)
    root = environment.get(LIBRARY_VARIABLE)
    if not root:
        return result
    libraries = sorted({str(found.parent) for found in Path(root).glob("usr/lib/**/libespeak-ng.so.1")})
    result["LD_LIBRARY_PATH"] = ":".join([*libraries, *filter(None, [environment.get("LD_LIBRARY_PATH")])])
    for folder in Path(root).glob("usr/lib/**/espeak-ng-data"):
        result["ESPEAK_DATA_PATH"] = str(folder)
    return result
