"""Reads CSV and XLSX as rows of text with their place in the file, in bounded memory. Knows no customer."""

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, load_workbook

from callcenter.domain.errors import Refused

CHUNK_BYTES = 1 << 20
ENCODINGS = ("utf-8", "gb18030")
LONGEST_FIELD = 100_000

Line = tuple[int, list[str] | None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that can be read: its digest, its encoding (empty for XLSX) and the names of its columns."""

    path: Path
    digest: str
    encoding: str
    headers: tuple[str, ...]

    def rows(self) -> Iterator[Line]:
        """Yield (line in the file, cells) of each row below the headers that is not empty; None for a row whose quotes
        do not match."""
        lines = _lines_of(self.path, self.encoding)
        next(lines, None)
        for line, cells in lines:
            if cells is None or any(cells):
                yield line, cells


def open_sheet(path: Path) -> Sheet:
    """Return the sheet of a .csv, .xlsx, .xls or .ods file (the first sheet of a workbook).

    Raises:
        Refused: `unreadable_file` in no known encoding or format, `empty_file` without a line of headers.
    """
    digest, encoding = _fingerprint(path, is_text=path.suffix.lower() in (".csv", ".txt", ".tsv"))
    headers = next(_lines_of(path, encoding), None)
    if headers is None or headers[1] is None or not any(headers[1]):
        raise Refused("empty_file", f"{path.name} 没有标题行", f"{path.name} has no line of column names")
    return Sheet(path, digest, encoding, tuple(headers[1]))


def _fingerprint(path: Path, *, is_text: bool) -> tuple[str, str]:
    """Return the SHA-256 of the content and the first encoding that decodes all of it. Reads the file once."""
    sha = hashlib.sha256()
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ENCODINGS} if is_text else {}
    with path.open("rb") as content:
        while chunk := content.read(CHUNK_BYTES):
            sha.update(chunk)
            decoders = {name: decoder for name, decoder in decoders.items() if _decodes(decoder, chunk, final=False)}
    left = [name for name, decoder in decoders.items() if _decodes(decoder, b"", final=True)]
    if is_text and not left:
        raise Refused(
            "unreadable_file",
            f"{path.name} 的编码不是 UTF-8 也不是 GB18030,请另存为“CSV UTF-8”",
            f"{path.name} is neither UTF-8 nor GB18030: save it as 'CSV UTF-8'",
        )
    return sha.hexdigest(), {"utf-8": "utf-8-sig"}.get(left[0], left[0]) if left else ""


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _lines_of(path: Path, encoding: str) -> Iterator[Line]:
    return _csv_lines(path, encoding) if encoding else _workbook_lines(path)


def _csv_lines(path: Path, encoding: str) -> Iterator[Line]:
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding=encoding, newline="") as text:
        first = text.readline()
        text.seek(0)
        reader = csv.reader(text, delimiter=max(",\t;", key=first.count), strict=True)
        line = 1
        while True:
            try:
                cells = [cell.strip() for cell in next(reader)]
            except StopIteration:
                return
            except csv.Error:
                yield line, None
            else:
                yield line, cells
            line = reader.line_num + 1


def _workbook_lines(path: Path) -> Iterator[Line]:
    try:
        with load_workbook(str(path)) as book:
            sheet = book.get_sheet_by_index(0)
            first = sheet.start[0] if sheet.start else 0
            for line, cells in enumerate(sheet.iter_rows(), first + 1):
                yield line, [_text(cell) for cell in cells]
    except (CalamineError, IndexError, OSError) as error:
        raise Refused(
            "unreadable_file",
            f"{path.name} 打不开，请用 Excel 另存为 .xlsx 或“CSV UTF-8”",
            f"{path.name} cannot be read: save it again as .xlsx or 'CSV UTF-8'",
        ) from error


def _text(cell: Any) -> str:
    """Return a cell as a person sees it: 13800138000.0 is a number without a fraction."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
