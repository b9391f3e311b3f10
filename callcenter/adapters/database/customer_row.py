"""One row of an import file into a CustomerDraft, or into what is wrong with it. Pure: no file, no database."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from callcenter.adapters.database.phones import e164
from callcenter.adapters.database.store_customers import CustomerDraft
from callcenter.domain.customer import Asset, Phone
from callcenter.domain.errors import Message, Refused

NAMES: Mapping[str, tuple[str, ...]] = {
    "account": ("户号", "用户编号", "用户号", "客户编号", "账号", "account", "account_no", "customer_no"),
    "name": ("姓名", "户名", "客户姓名", "客户名称", "用户姓名", "name", "customer_name"),
    "tier": ("等级", "客户等级", "级别", "tier", "level"),
    "address": ("地址", "用气地址", "住址", "address"),
    "flags": ("标记", "标签", "flags", "tags"),
    "note": ("备注", "说明", "note", "remark"),
    "due": ("欠费", "欠费金额", "欠费(元)", "应缴金额", "due", "due_yuan", "arrears"),
    "due_on": ("应缴日期", "缴费截止", "到期日", "due_on", "due_date"),
}
"""Column names that are understood without being told."""
FIELD_OF = {name: wanted for wanted, names in NAMES.items() for name in names}
PHONE = re.compile(r"(?P<label>.*?)(?:联系)?(?:电话|手机号码|手机号|手机|phone|mobile|tel)[ _]?\d*")
ASSET = re.compile(r"(?:资产|asset):(?P<kind>[^:]+):(?P<attribute>.+)")
ATTRIBUTE = re.compile(r"(?:属性|attribute):(?P<attribute>.+)")
ACCOUNT = re.compile(r"[0-9A-Z]{1,32}")
DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T].*)?")
SEPARATORS = re.compile(r"[;,、|\s\uff1b\uff0c]+")
NUMBERS = re.compile(r"[;,、/|\uff1b\uff0c]+")
MOST_FEN = 10**15
T = TypeVar("T")
BAD_PHONE = Message(
    "bad_phone",
    "不是电话号码，请写 11 位手机号或带区号的固话",
    "is no telephone number: write 11 digits, or a landline with its area code",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row was refused; `column` is the header in the file."""

    column: str
    value: str
    message: Message


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what: index by field, phones with their label, assets as kind -> (attribute, index)."""

    headers: tuple[str, ...]
    fields: Mapping[str, int]
    phones: Sequence[tuple[int, str]] = ()
    assets: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    attributes: Sequence[tuple[str, int]] = ()
    ignored: tuple[str, ...] = ()


def columns_of(headers: Sequence[str], choice: Mapping[str, str] | None = None) -> Columns:
    """Return how to read rows with these headers. `choice` renames a header of the file to one that is known
    (`{"客户": "姓名"}`); a header chosen as `""` is left out.

    Known: the words of NAMES, `电话`, `电话2`, `家属电话`, `phone1`..., `资产:<kind>:<attribute>`, `属性:<attribute>`.

    Raises:
        Refused: `missing_column` without an account or a name; `double_column` when two headers mean the same.
    """
    fields: dict[str, int] = {}
    phones: list[tuple[int, str]] = []
    assets: dict[str, list[tuple[str, int]]] = {}
    attributes: list[tuple[str, int]] = []
    ignored: list[str] = []
    for index, header in enumerate(headers):
        name = unicodedata.normalize("NFKC", (choice or {}).get(header, header)).strip()
        if wanted := FIELD_OF.get(name.lower()):
            if wanted in fields:
                raise _refused_header(
                    "double_column", header, "与另一列意思相同，请删去一列", "means the same as another"
                )
            fields[wanted] = index
        elif asset := ASSET.fullmatch(name):
            assets.setdefault(asset["kind"], []).append((asset["attribute"], index))
        elif attribute := ATTRIBUTE.fullmatch(name):
            attributes.append((attribute["attribute"], index))
        elif phone := PHONE.fullmatch(name.lower()):
            phones.append((index, phone["label"].strip()))
        else:
            ignored.append(header)
    for needed in ("account", "name"):
        if needed not in fields:
            known = NAMES[needed]
            raise _refused_header(
                "missing_column", known[0], "缺少此列，请加上或指定对应列", "is missing: add or map it"
            )
    return Columns(tuple(headers), fields, phones, assets, attributes, tuple(filter(None, ignored)))


def draft_of(columns: Columns, cells: Sequence[str]) -> CustomerDraft | list[Fault]:
    """Return the customer of a row, or every fault of the row, so that it can be mended in one go."""
    row = _Row(columns, cells)
    draft = CustomerDraft(
        account=row.field("account", _account, ""),
        name=row.field("name", str, ""),
        tier=row.field("tier", str, ""),
        address=row.field("address", str, ""),
        flags=row.field("flags", _flags, ()),
        note=row.field("note", str, ""),
        due_fen=row.field("due", fen_of, None),
        due_on=row.field("due_on", _date, None),
        phones=tuple(row.phones()),
        assets=tuple(row.assets()),
        attributes={name: text for name, index in columns.attributes if (text := row.cell(index))},
    )
    for needed in ("account", "name"):
        if not row.cell(columns.fields[needed]):
            row.refuse(columns.fields[needed], Message("empty_cell", "不能为空，请补上", "is empty: fill it in"))
    return row.faults or draft


class _Row:
    """One row while it is read; collects faults."""

    __slots__ = ("cells", "columns", "faults")

    def __init__(self, columns: Columns, cells: Sequence[str]) -> None:
        self.columns, self.cells = columns, cells
        self.faults: list[Fault] = []

    def cell(self, index: int) -> str:
        return self.cells[index] if index < len(self.cells) else ""

    def field(self, name: str, reader: Callable[[str], T], empty: T) -> T:
        index = self.columns.fields.get(name)
        text = self.cell(index) if index is not None else ""
        if not text or index is None:
            return empty
        try:
            return reader(text)
        except Refused as refused:
            self.refuse(index, refused.message)
            return empty

    def phones(self) -> Iterable[Phone]:
        seen: set[str] = set()
        for index, label in self.columns.phones:
            for text in NUMBERS.split(self.cell(index)):
                if not text:
                    continue
                number = e164(text)
                if number is None:
                    self.refuse(index, BAD_PHONE)
                    break
                if number not in seen:
                    seen.add(number)
                    yield Phone(number, label)

    def assets(self) -> Iterable[Asset]:
        for kind, parts in self.columns.assets.items():
            values = {attribute: text for attribute, index in parts if (text := self.cell(index))}
            if values:
                yield Asset(kind, next(iter(values.values())), values)

    def refuse(self, index: int, message: Message) -> None:
        self.faults.append(Fault(self.columns.headers[index], self.cell(index), message))


def fen_of(text: str) -> int:
    """Return yuan as written (`1,234.5`, `¥12`, `12.30元`) in whole fen, exactly. Raises Refused."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip("¥元 ")
    try:
        fen = Decimal(plain) * 100
        whole = int(fen)
    except (InvalidOperation, ValueError, OverflowError):
        raise Refused("bad_amount", "不是金额，请写成 123.45", "is no amount: write 123.45") from None
    if fen != whole or abs(whole) > MOST_FEN:
        raise Refused("bad_amount", "金额最多两位小数，请改成 123.45", "has more than two decimals: write 123.45")
    return whole


def _account(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").replace("-", "").upper()
    if not ACCOUNT.fullmatch(plain):
        raise Refused("bad_account", "户号只能是数字和字母", "may hold digits and letters only")
    return plain


def _flags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, SEPARATORS.split(text))))


def _date(text: str) -> date:
    try:
        if match := DATE.fullmatch(unicodedata.normalize("NFKC", text)):
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise Refused("bad_date", "不是日期，请写成 2026-11-30", "is no date: write 2026-11-30")


def _refused_header(code: str, header: str, zh: str, en: str) -> Refused:
    return Refused(code, f"列“{header}”{zh}", f"column '{header}' {en}")
