"""The store of sound files: a recording of the pack if there is one, else rendered once and kept by text and voice."""

import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from callcenter.adapters.speech.sound import BadSound, for_telephone
from callcenter.adapters.speech.voice import EspeakVoice, Voice
from callcenter.service.ports import SpeechFailed

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

    def prompt(self, text: str) -> str:
        """Return the sound's absolute path without extension; a known text costs one stat (two with a recording).

        A recording that is replaced is heard from the next prompt on; one that cannot be used falls back to the voice.

        Raises:
            SpeechFailed: no voice could render it.
        """
        return self._recorded(text) or self._rendered(text)

    def render_all(self, texts: Iterable[str], progress: Progress = lambda done, of: None) -> tuple[str, ...]:
        """Make every sound now. Return what could not be made: `text: reason`, in order; empty when all is there."""
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
        if os.path.exists(name):  # ten times the speed of Path, on the way of every prompt
            return
        with self._guard:
            lock = self._busy.setdefault(stem, threading.Lock())
        try:
            with lock:
                if not Path(name).exists():
                    make(Path(name))
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
