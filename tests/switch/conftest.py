"""One house for the stories that leave it as they found it, and one folder of prompts for all houses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.switch.house import House, house


@pytest.fixture(scope="session")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder where rendered prompts are kept over all houses."""
    return tmp_path_factory.mktemp("prompts")


@pytest.fixture(scope="session")
def shared_house(tmp_path_factory: pytest.TempPathFactory, prompts: Path) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house"), prompts=prompts) as running:
        yield running


@pytest.fixture(name="house")
def _house(shared_house: House) -> Iterator[House]:
    """A house that is empty of calls before and after the story."""
    shared_house.quiet()
    yield shared_house
    shared_house.quiet()
