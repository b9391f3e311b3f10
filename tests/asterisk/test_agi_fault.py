"""What is logged of a fault: where it was, never what it was about."""

from callcenter.adapters.asterisk.fault import place, worth_a_line


def fail(number: str) -> None:
    raise KeyError(number)


def test_a_fault_is_told_by_its_place_without_a_callers_number() -> None:
    try:
        fail("13911112222")
    except KeyError as error:
        told = place(error)
    assert told.endswith(" fail")
    assert "test_agi_fault.py:" in told
    assert "13911112222" not in told


def test_a_thousand_faults_of_one_kind_do_not_fill_the_log() -> None:
    assert sum(worth_a_line(count) for count in range(1, 1001)) == 30
