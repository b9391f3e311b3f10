"""Sound files for the telephone: any wav -> 8 kHz, mono, 16 bit, loudest peak at -3 dB; written whole or not at all."""

import io
import os
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr

RATE: Final = 8000
PEAK: Final = 10 ** (-3 / 20)
SILENT: Final = 1e-4


class BadSound(ValueError):
    """A sound file that cannot be read, or holds only silence."""


def for_telephone(source: Path, target: Path) -> float:
    """Convert `source` to `target` (atomically) and return its length in seconds. Raises BadSound."""
    try:
        samples, rate = soundfile.read(source, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise BadSound(f"{source.name}: {error}") from error
    mono = samples.mean(axis=1)
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE)
    peak = float(np.abs(mono).max(initial=0.0))
    if peak < SILENT:
        raise BadSound(f"{source.name}: 没有声音 / only silence")
    whole = io.BytesIO()
    soundfile.write(whole, mono * (PEAK / peak), RATE, subtype="PCM_16", format="WAV")
    write_whole(target, whole.getvalue())
    return len(mono) / RATE


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that nobody ever reads half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).chmod(0o644)  # the switch may run as another user
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
