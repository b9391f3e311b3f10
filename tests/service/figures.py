"""Prints the figure that a row of the fault list asks for; shown by `pytest -s`."""

import sys


def figure(row: str, text: str) -> None:
    sys.stdout.write(f"figure {row} {text}\n")
