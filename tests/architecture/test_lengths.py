"""No file grows past what one can hold in mind; each exception says why it may."""

from tests.architecture.tracked import texts

MOST_LINES = {".py": 350, ".ts": 350, ".vue": 350, ".sh": 200}
MOST_TEST_LINES = 450  # a file of tests is flat
EXCEPTIONS = {
    "callcenter/adapters/web/wire.py": "flat: one class for each message that a browser sends or gets",
    "callcenter/adapters/web/feed.py": "one thread's picture of every screen and its sending; wants to be split in two",
    "callcenter/domain/events.py": "flat: one class for each thing that can happen",
}


def too_long() -> dict[str, int]:
    lengths = {path: text.count("\n") for path, text in texts().items()}
    return {
        path: length
        for path, length in lengths.items()
        for ending, most in MOST_LINES.items()
        if path.endswith(ending) and length > (MOST_TEST_LINES if path.startswith("tests/") else most)
    }


def test_every_source_file_is_of_a_length_one_can_hold_in_mind() -> None:
    assert {path: length for path, length in too_long().items() if path not in EXCEPTIONS} == {}


def test_every_exception_is_still_needed() -> None:
    assert set(EXCEPTIONS) - set(too_long()) == set()
