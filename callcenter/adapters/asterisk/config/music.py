"""Makes the music that waiting callers hear, and the beep before a message: computed, so no licence and no file."""

import wave
from pathlib import Path

import numpy as np

RATE_HZ = 8000
CHORD_SECONDS = 4.0
# Two chords, A and B, played A B A B; each note is softly struck and rings on.
_CHORDS_HZ = ((261.63, 329.63, 392.00, 493.88), (220.00, 261.63, 329.63, 392.00))


def write_music(path: Path) -> None:
    """Write a 16 s loop of two soft chords, 8 kHz mono, peak at a quarter of full scale."""
    sound = np.concatenate([_chord(notes, shift) for shift in (0, 1) for notes in _CHORDS_HZ])
    _write(path, sound / np.abs(sound).max() * 0.25)


def write_beep(path: Path) -> None:
    """Write a quarter second of 880 Hz with soft edges."""
    time = np.arange(RATE_HZ // 4) / RATE_HZ
    _write(path, 0.3 * np.sin(2 * np.pi * 880 * time) * np.hanning(time.size))


def _chord(notes_hz: tuple[float, ...], shift: int) -> np.ndarray:
    time = np.arange(int(RATE_HZ * CHORD_SECONDS)) / RATE_HZ
    sound = np.zeros_like(time)
    for place, note_hz in enumerate(notes_hz):
        since = time - 0.25 * ((place + shift) % len(notes_hz))
        struck = np.clip(since / 0.08, 0, 1) * np.exp(-np.clip(since, 0, None) / 1.6)
        sound += struck * (np.sin(2 * np.pi * note_hz * time) + 0.2 * np.sin(4 * np.pi * note_hz * time))
    return sound * np.clip((CHORD_SECONDS - time) / 0.3, 0, 1)


def _write(path: Path, sound: np.ndarray) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes((sound * 32767).astype("<i2").tobytes())
