"""The speaking child process: what it writes, that it comes back after dying or hanging, what it says when missing."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import soundfile

from callcenter.adapters.speech.voice import LIBRARY_VARIABLE, WORKER, EspeakVoice, espeak_environment
from callcenter.service.ports import SpeechFailed

READY = "import sys; print('{\"ready\": true}', flush=True)\n"


def seconds(file: Path) -> float:
    return float(soundfile.info(file).duration)


def test_every_clause_is_in_the_file_from_the_first_text_on(voice: EspeakVoice, tmp_path: Path) -> None:
    fresh = EspeakVoice()
    try:
        fresh.render("您好。欢迎致电。请按一。", tmp_path / "first.wav")
        fresh.render("您好。欢迎致电。请按一。", tmp_path / "second.wav")
        fresh.render("您好。", tmp_path / "short.wav")
    finally:
        fresh.close()
    assert seconds(tmp_path / "first.wav") == pytest.approx(seconds(tmp_path / "second.wav"), abs=0.2)
    assert seconds(tmp_path / "first.wav") > 2 * seconds(tmp_path / "short.wav")


def test_fifty_texts_from_eight_threads_are_all_written(voice: EspeakVoice, tmp_path: Path) -> None:
    files = [tmp_path / f"{index}.wav" for index in range(50)]
    failures: list[Exception] = []

    def work(mine: list[Path]) -> None:
        for file in mine:
            try:
                voice.render("请稍候，正在为您转接。", file)
            except SpeechFailed as error:
                failures.append(error)

    threads = [threading.Thread(target=work, args=(files[index::8],)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert all(seconds(file) > 0.5 for file in files)


def test_a_child_that_was_killed_is_replaced(voice: EspeakVoice, tmp_path: Path) -> None:
    fresh = EspeakVoice()
    fresh.render("您好", tmp_path / "a.wav")
    child = fresh._child
    assert child is not None
    child.kill()
    child.wait()
    fresh.render("您好", tmp_path / "b.wav")
    fresh.close()
    assert seconds(tmp_path / "b.wav") > 0.2


def test_a_child_that_dies_over_a_text_is_tried_once_more_and_then_given_up(tmp_path: Path) -> None:
    dying = EspeakVoice(command=(sys.executable, "-c", READY + "sys.stdin.readline()"))
    with pytest.raises(SpeechFailed, match="语音进程没有回答"):
        dying.render("您好", tmp_path / "a.wav")
    assert dying._child is None


def test_a_child_that_hangs_is_given_up(tmp_path: Path) -> None:
    hanging = EspeakVoice(command=(sys.executable, "-c", READY + "import time; time.sleep(600)"), render_seconds=0.2)
    with pytest.raises(SpeechFailed, match="TimeoutError"):
        hanging.render("您好", tmp_path / "a.wav")
    assert hanging._child is None


def test_a_child_that_talks_nonsense_is_given_up(tmp_path: Path) -> None:
    mad = EspeakVoice(command=(sys.executable, "-c", READY + "sys.stdin.readline(); print('[1]', flush=True)"))
    with pytest.raises(SpeechFailed):
        mad.render("您好", tmp_path / "a.wav")


def test_without_the_library_the_error_names_the_command_that_installs_it(tmp_path: Path) -> None:
    hide = (
        "import ctypes\n"
        "def missing(*_): raise OSError('no such library')\n"
        "ctypes.cdll.LoadLibrary = missing\n"
        "from callcenter.adapters.speech.worker import main\n"
        "main()"
    )
    with pytest.raises(SpeechFailed, match="apt-get install espeak-ng") as caught:
        EspeakVoice(command=(sys.executable, "-c", hide)).render("您好", tmp_path / "a.wav")
    assert LIBRARY_VARIABLE in str(caught.value)


def test_a_voice_that_is_not_installed_is_refused_instead_of_another_one_speaking(tmp_path: Path) -> None:
    with pytest.raises(SpeechFailed, match="klingon"):
        EspeakVoice("klingon").render("您好", tmp_path / "a.wav")


def test_the_child_ends_with_its_parent() -> None:
    child = subprocess.Popen(
        [*WORKER, "cmn-latn-pinyin", "170"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == b'{"ready": true}\n'
    child.stdin.close()
    assert child.wait(10) == 0
    child.stdout.close()


def test_an_unpacked_library_is_found_by_its_folder(
    voice: EspeakVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = next(Path("/usr/lib").rglob("libespeak-ng.so.1"))
    sounds = next(path for path in Path("/usr/lib").rglob("espeak-ng-data") if path.is_dir())
    folder = tmp_path / "root/usr/lib/some-linux"
    folder.mkdir(parents=True)
    (folder / "libespeak-ng.so.1").symlink_to(library)
    (folder / "espeak-ng-data").symlink_to(sounds)
    monkeypatch.setenv(LIBRARY_VARIABLE, str(tmp_path / "root"))
    environment = espeak_environment(os.environ)
    assert environment["LD_LIBRARY_PATH"].split(":")[0] == str(folder)
    assert environment["ESPEAK_DATA_PATH"] == str(folder / "espeak-ng-data")
    unpacked = EspeakVoice()
    unpacked.render("您好", tmp_path / "a.wav")
    unpacked.close()
    assert seconds(tmp_path / "a.wav") > 0.2


def test_without_the_variable_the_environment_stays_as_it_is() -> None:
    assert espeak_environment({"PATH": "/bin"}) == {"PATH": "/bin"}
