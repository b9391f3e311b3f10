"""Invents customers of a gas utility for the demonstration: the same seed gives the same people.

Their mobile numbers lie in +86 168 0000 0000 to +86 168 9999 9999, a range that no carrier has been given: nobody can
be called by mistake. Surnames and given names are the common ones, streets and estates are made up.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from callcenter.adapters.database.engine import Database
from callcenter.adapters.database.store_customers import CustomerDraft, store_customers
from callcenter.domain.customer import Asset, Phone

FIRST_ACCOUNT = 2_000_000_001
BATCH = 2000
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文云海波宁欣怡子轩浩宇梓涵雨晨思佳慧琳婷雪梅春燕鹏飞"
)
ESTATES = (
    "锦绣花园",
    "阳光小区",
    "翠湖名苑",
    "和平里",
    "金桂苑",
    "石化新村",
    "滨江雅居",
    "惠民家园",
    "东方明珠",
    "书香门第",
)
DISTRICTS = ("城东区", "城西区", "高新区", "滨湖区", "老城区")
FLAGS = ("独居老人", "行动不便", "残疾人士", "需要方言服务", "投诉关注")
INLETS = ("左进气", "右进气")
METER_TYPES = ("IC卡", "远传")
LABELS = ("本人", "家属", "租客")
TODAY = date(2026, 11, 1)


def seed_customers(database: Database, count: int, seed: int = 1) -> None:
    """Store `count` invented customers, accounts 2000000001 and up. Again with the same seed changes nothing.

    About one in eight owes something; about one in twelve carries a flag (old or disabled people are helped first:
    rule 1.6-16).
    """
    batch: list[CustomerDraft] = []
    for draft in invented_customers(count, seed):
        batch.append(draft)
        if len(batch) == BATCH:
            _store(database, batch)
            batch = []
    _store(database, batch)
    database.learn_sizes()


def invented_customers(count: int, seed: int = 1) -> Iterator[CustomerDraft]:
    """Yield `count` customers, each made from `seed` and its place alone."""
    for place in range(count):
        yield _customer(place, random.Random(f"{seed}:{place}"))


def _store(database: Database, batch: list[CustomerDraft]) -> None:
    if batch:
        with database.writing() as connection:
            store_customers(connection, batch)


def _customer(place: int, chance: random.Random) -> CustomerDraft:
    name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))
    owes = chance.random() < 0.35
    return CustomerDraft(
        account=str(FIRST_ACCOUNT + place),
        name=name,
        tier=chance.choices("ABC", weights=(1, 3, 6))[0],
        address=_address(chance),
        flags=(chance.choice(FLAGS),) if chance.random() < 0.15 else (),
        note="白天上班，请在18点后联系" if chance.random() < 0.03 else "",
        due_fen=chance.randrange(1_000, 80_000) if owes else 0,
        due_on=TODAY + timedelta(days=chance.randrange(-60, 30)) if owes else None,
        phones=tuple(_phones(place, chance)),
        assets=(_meter(place, chance),),
    )


def _address(chance: random.Random) -> str:
    building, unit = chance.randrange(1, 31), chance.randrange(1, 5)
    room = f"{chance.randrange(1, 25)}{chance.randrange(1, 5):02d}室"
    return f"{chance.choice(DISTRICTS)}{chance.choice(ESTATES)}{building}栋{unit}单元{room}"


def _phones(place: int, chance: random.Random) -> Iterator[Phone]:
    """Yield one to three numbers; the first is +86168 0 + the place in seven digits, so that a test can know it."""
    how_many = chance.choices((1, 2, 3), weights=(6, 3, 1))[0]
    for order in range(how_many):
        yield Phone(f"+86168{order}{place % 10_000_000:07d}", LABELS[order])


def _meter(place: int, chance: random.Random) -> Asset:
    serial = f"G{chance.randrange(10, 26)}{place:08d}"
    return Asset(
        "燃气表",
        serial,
        {
            "表号": serial,
            "表型": chance.choice(METER_TYPES),
            "安装年份": chance.randrange(2008, 2027),
            "进气方向": chance.choice(INLETS),
        },
    )
