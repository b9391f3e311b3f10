"""Which tones are in a recording of the switch, and when; numpy only."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt


class Recording:
    """A mono recording, read once; a file that is still being written is read as far as it goes."""

    def __init__(self, file: Path) -> None:
        with wave.open(str(file), "rb") as sound:
            self.rate = sound.getframerate()
            raw = sound.readframes(sound.getnframes())
        self.samples: npt.NDArray[np.float64] = np.frombuffer(raw, "<i2").astype(np.float64) / 32768

    @property
    def seconds(self) -> float:
        """Return its length."""
        return len(self.samples) / self.rate

    def level(self, hz: float, begin: float = 0.0, end: float | None = None) -> float:
        """Return the loudest amplitude (0 to 1) of a tone in any 0.2 s between two seconds of the recording."""
        width = int(self.rate * 0.2)
        part = self.samples[int(begin * self.rate) : None if end is None else int(end * self.rate)]
        wave_form = np.exp(-2j * np.pi * hz * np.arange(width) / self.rate) * np.hanning(width)
        windows = [part[at : at + width] for at in range(0, len(part) - width + 1, width // 4)]
        return max((4 * abs(np.dot(window, wave_form)) / width for window in windows), default=0.0)
