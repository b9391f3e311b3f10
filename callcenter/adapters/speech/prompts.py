"""The store of sound files: a recording of the pack if there is one, else rendered once and kept by text and voice."""

import contextlib
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from callcenter.adapters.speech.sound import BadSound, for_telephone
from callcenter.adapters.speech.voice import EspeakVoice, Voice
from callcenter.service.ports import SpeechFailed

KEEP_SECONDS: Final = 2 * 24 * 3600.0
"""Sounds with amounts and names in them are hardly ever wanted twice, and would fill the disk."""
SWEEP_EVERY: Final = 1000

Progress = Callable[[int, int], None]
"""Called with (done, of) after each text."""


class PromptStore:
    """Implements the port Speech. `recordings` maps a text to the name of a wav file in the folder `sounds`."""

    def __init__(
        self,
        cache: Path,
        voice: Voice | None = None,
        sounds: Path | None = None,
        recordings: Mapping[str, str] | None = None,
    ) -> None:
        self._cache, self._voice = cache.absolute(), voice or EspeakVoice()
        self._sounds, self._recordings = sounds, dict(recordings or {})
        self._busy: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._made = 0

    def prompt(self, text: str) -> str:
        """Return the sound's absolute path without extension; a known text costs one stat (two with a recording).

        A recording that is replaced is heard from the next prompt on; one that cannot be used falls back to the voice.

        Raises:
            SpeechFailed: no voice could render it.
        """
        return self._recorded(text) or self._rendered(text)

    def sweep(self, now_seconds: float | None = None) -> int:
        """Remove sounds that nobody has heard for KEEP_SECONDS and return how many; a wanted one is made again.

        `now_seconds` is the time as an epoch, the present one when left out. Any thread; the switch may be playing.
        """
        oldest = (time.time() if now_seconds is None else now_seconds) - KEEP_SECONDS
        removed = 0
        for file in self._cache.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_mtime < oldest:
                    file.unlink()
                    removed += 1
        return removed

    def render_all(self, texts: Iterable[str], progress: Progress = lambda done, of: None) -> tuple[str, ...]:
        """Make every sound now, remove the unused ones, and return what could not be made (`text: reason`)."""
        self.sweep()
        wanted = tuple(dict.fromkeys(texts))
        failures: list[str] = []
        for done, text in enumerate(wanted, 1):
            try:
                self.prompt(text)
            except SpeechFailed as error:
                failures.append(f"{text}: {error}")
            progress(done, len(wanted))
        return tuple(failures)

    def _rendered(self, text: str) -> str:
        stem = self._stem(f"{self._voice.name}\n{text}")
        self._once(stem, lambda file: self._render(text, file))
        if self._made >= SWEEP_EVERY:
            self._made = 0
            self.sweep()
        return stem

    def _recorded(self, text: str) -> str:
        name = self._recordings.get(text)
        if name is None or self._sounds is None:
            return ""
        source = self._sounds / f"{name}.wav"
        try:
            known = source.stat()
        except OSError:
            return ""
        stem = self._stem(f"recording\n{source}\n{known.st_mtime_ns}\n{known.st_size}")
        try:
            self._once(stem, lambda file: for_telephone(source, file))
        except (BadSound, OSError):
            return ""
        return stem

    def _stem(self, key: str) -> str:
        digest = hashlib.sha256(key.encode()).hexdigest()[:32]
        return f"{self._cache}/{digest[:2]}/{digest}"

    def _once(self, stem: str, make: Callable[[Path], object]) -> None:
        """Make the file if it is not there, in one thread, while others that want the same one wait."""
        name = stem + ".wav"
        with contextlib.suppress(OSError):
            if time.time() - os.stat(name).st_mtime > KEEP_SECONDS / 2:  # ten times as fast as Path
                os.utime(name)
            return
        with self._guard:
            lock = self._busy.setdefault(stem, threading.Lock())
        try:
            with lock:
                if not Path(name).exists():
                    make(Path(name))
                    self._made += 1
        finally:
            with self._guard:
                self._busy.pop(stem, None)

    def _render(self, text: str, file: Path) -> None:
        if not text.strip():
            raise SpeechFailed("没有文字可读 / there is nothing to say")
        try:
            with tempfile.TemporaryDirectory(prefix="voice-") as folder:
                raw = Path(folder) / "raw.wav"
                self._voice.render(text, raw)
                for_telephone(raw, file)
        except (BadSound, OSError) as error:
            raise SpeechFailed(f"声音无法生成：{error} / the sound cannot be made: {error}") from error
