"""The real voice, once for all tests; a machine without it fails here with the command that installs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.adapters.speech.voice import EspeakVoice


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EspeakVoice]:
    spoken = EspeakVoice()
    spoken.render("您好", Path(tmp_path_factory.mktemp("voice")) / "first.wav")
    yield spoken
    spoken.close()
