"""The store of sounds: telephone format, one rendering a text, recordings first, and failures that say what to do."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

from callcenter.adapters.speech import PromptStore, prompts
from callcenter.adapters.speech.prompts import KEEP_SECONDS
from callcenter.adapters.speech.sound import PEAK, BadSound, for_telephone, write_whole
from callcenter.adapters.speech.voice import EspeakVoice
from callcenter.service.ports import SpeechFailed


class Tone:
    """A voice that hums and counts; texts in `mute` fail."""

    def __init__(self, name: str = "tone", mute: tuple[str, ...] = ()) -> None:
        self.name, self.rendered, self._mute = name, list[str](), mute

    def render(self, text: str, file: Path) -> None:
        self.rendered.append(text)
        if text in self._mute:
            raise SpeechFailed("无声 / mute")
        tone(file, 22050, 0.2)


def tone(file: Path, rate: int, loudness: float, channels: int = 1, hertz: int = 440) -> None:
    wave = loudness * np.sin(2 * np.pi * hertz * np.arange(rate // 2) / rate)
    soundfile.write(file, np.column_stack([wave] * channels), rate, subtype="PCM_16")


def loudest(file: Path) -> float:
    samples, _ = soundfile.read(file)
    return float(np.abs(samples).max())


def test_a_real_prompt_is_8_khz_mono_16_bit_at_minus_3_db(voice: EspeakVoice, tmp_path: Path) -> None:
    path = PromptStore(tmp_path, voice).prompt("您本期应缴气费一千零二元零五分。")
    found = soundfile.info(path + ".wav")
    assert (found.samplerate, found.channels, found.subtype, found.format) == (8000, 1, "PCM_16", "WAV")
    assert 2 < found.duration < 8
    assert loudest(Path(path + ".wav")) == pytest.approx(PEAK, abs=0.01)
    assert Path(path).is_absolute()


def test_a_text_is_rendered_once_and_kept_over_a_restart(tmp_path: Path) -> None:
    first = Tone()
    path = PromptStore(tmp_path, first).prompt("您好")
    assert PromptStore(tmp_path, again := Tone()).prompt("您好") == path
    assert (first.rendered, again.rendered) == (["您好"], [])


def test_another_text_or_voice_is_another_file(tmp_path: Path) -> None:
    one = PromptStore(tmp_path, Tone()).prompt("您好")
    assert PromptStore(tmp_path, Tone()).prompt("再见") != one
    assert PromptStore(tmp_path, Tone("other")).prompt("您好") != one


def test_many_threads_that_want_the_same_text_render_it_once(tmp_path: Path) -> None:
    voice = Tone()
    store, start, paths = PromptStore(tmp_path, voice), threading.Barrier(12), set[str]()

    def work() -> None:
        start.wait(10)
        paths.add(store.prompt("您好"))

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(paths) == 1
    assert voice.rendered == ["您好"]


def test_a_recording_beats_the_voice_and_is_brought_to_telephone_format(tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    tone(sounds / "greet.wav", 44100, 0.9, channels=2)
    store = PromptStore(tmp_path / "cache", voice := Tone(), sounds, {"您好": "greet", "再见": "goodbye"})
    path = Path(store.prompt("您好") + ".wav")
    assert soundfile.info(path).samplerate == 8000
    assert loudest(path) == pytest.approx(PEAK, abs=0.01)
    assert voice.rendered == []
    store.prompt("再见")
    assert voice.rendered == ["再见"]


def test_a_recording_that_is_replaced_is_heard_at_once(tmp_path: Path) -> None:
    tone(tmp_path / "greet.wav", 8000, 0.5)
    store = PromptStore(tmp_path / "cache", Tone(), tmp_path, {"您好": "greet"})
    before = store.prompt("您好")
    tone(tmp_path / "greet.wav", 16000, 0.5)
    assert store.prompt("您好") != before


@pytest.mark.parametrize("content", [b"", b"not a sound", b"RIFF\x00\x00\x00\x00WAVE"])
def test_a_recording_that_cannot_be_used_falls_back_to_the_voice(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "greet.wav").write_bytes(content)
    PromptStore(tmp_path / "cache", voice := Tone(), tmp_path, {"您好": "greet"}).prompt("您好")
    assert voice.rendered == ["您好"]


def test_rendering_ahead_reports_progress_and_what_failed(tmp_path: Path) -> None:
    store, steps = PromptStore(tmp_path, Tone(mute=("坏",))), list[tuple[int, int]]()
    failures = store.render_all(["甲", "坏", "乙", "甲"], lambda done, of: steps.append((done, of)))
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert len(failures) == 1
    assert failures[0].startswith("坏: ")


def test_sounds_that_nobody_hears_are_removed_and_used_ones_stay(tmp_path: Path) -> None:
    store = PromptStore(tmp_path, Tone())
    used, unused = Path(store.prompt("常用") + ".wav"), Path(store.prompt("一次") + ".wav")
    now = used.stat().st_mtime
    for file in (used, unused):
        os.utime(file, (now - 0.75 * KEEP_SECONDS, now - 0.75 * KEEP_SECONDS))
    store.prompt("常用")
    assert store.sweep(now + 0.5 * KEEP_SECONDS) == 1
    assert (used.exists(), unused.exists()) == (True, False)
    assert Path(store.prompt("一次") + ".wav").exists()


def test_the_store_sweeps_by_itself_after_many_renderings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompts, "SWEEP_EVERY", 3)
    store = PromptStore(tmp_path, Tone())
    old = Path(store.prompt("旧") + ".wav")
    os.utime(old, (1, 1))
    for text in "甲乙":
        store.prompt(text)
    assert not old.exists()


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_nothing_to_say_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SpeechFailed, match="没有文字"):
        PromptStore(tmp_path, Tone()).prompt(text)


@pytest.mark.parametrize(
    "text", ["-w /x", "<voice name='en'>您好</voice>", "您\r\n好", '"; rm', "您好" * 300, "𠮷😀您好"]
)
def test_strange_texts_are_only_words(voice: EspeakVoice, tmp_path: Path, text: str) -> None:
    path = PromptStore(tmp_path, voice).prompt(text)
    assert soundfile.info(path + ".wav").duration > 0.1


def test_a_cache_that_cannot_be_written_is_a_speech_failure(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(SpeechFailed, match="声音无法生成"):
        PromptStore(tmp_path / "cache", Tone()).prompt("您好")


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "taken.wav").mkdir()
    with pytest.raises(OSError, match=r"taken\.wav"):
        write_whole(tmp_path / "taken.wav", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["taken.wav"]


def test_silence_is_no_sound(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "still.wav", np.zeros(8000), 8000)
    with pytest.raises(BadSound, match="only silence"):
        for_telephone(tmp_path / "still.wav", tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()


def test_the_length_is_kept_by_resampling(tmp_path: Path) -> None:
    tone(tmp_path / "in.wav", 22050, 0.3)
    assert for_telephone(tmp_path / "in.wav", tmp_path / "out.wav") == pytest.approx(0.5, abs=0.01)
