"""People, calls and figures that the stage shows; invented, and shaped by wire.py."""

import time

from callcenter.adapters.web import wire

T = wire.Text
MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS


def now_ms() -> int:
    """Return the time now in epoch milliseconds."""
    return int(time.time() * 1000)


def _choice(code: str, zh: str, en: str, *children: wire.Choice) -> wire.Choice:
    return wire.Choice(code=code, label=T(zh=zh, en=en), children=list(children))


def agent_person(role: wire.Role = "agent", ws_url: str = "ws://127.0.0.1:9/ws") -> wire.Me:
    """Return an agent; with a role of more than `agent`, one who also sees the board."""
    phone = wire.PhoneAccount(extension="8017", password="secret", realm="callcenter", ws_url=ws_url)
    return wire.Me(
        login="linxiao",
        name="林晓",
        role=role,
        agent="8017",
        phone=phone,
        organisation=T(zh="城北燃气客户服务中心", en="Northside Gas Customer Service"),
        hotline="0731-8812 8000",
    )


def supervisor_person() -> wire.Me:
    """Return a supervisor without a seat."""
    return agent_person().model_copy(
        update={"login": "zhaomin", "name": "赵敏", "role": "supervisor", "agent": None, "phone": None}
    )


def rules() -> wire.DeskRules:
    """Return reasons, a tree of codes and three queues."""
    queues = [("gas", "民用服务", "Households"), ("repair", "报修抢修", "Repairs"), ("trade", "工商用户", "Business")]
    return wire.DeskRules(
        busy_reasons=[
            _choice("paper", "处理工单", "Case work"),
            _choice("callout", "外呼回访", "Calling back"),
            _choice("check", "核对账单", "Checking bills"),
        ],
        break_reasons=[
            _choice("rest", "休息", "Rest"),
            _choice("meal", "就餐", "Meal"),
            _choice("meeting", "会议", "Meeting"),
            _choice("training", "培训", "Training"),
        ],
        wrap_up_codes=[
            _choice(
                "bill",
                "账单缴费",
                "Bills",
                _choice(
                    "bill.debt",
                    "欠费咨询",
                    "Amount due",
                    _choice("bill.debt.paid", "已缴未销", "Paid, not booked"),
                    _choice("bill.debt.promise", "承诺缴费", "Promised"),
                    _choice("bill.debt.instalments", "申请分期", "Instalments"),
                    _choice("bill.debt.stranger", "非本人", "Someone else"),
                ),
                _choice(
                    "bill.doubt",
                    "账单疑问",
                    "Bill in doubt",
                    _choice("bill.doubt.more", "用量突增", "Use went up"),
                    _choice("bill.doubt.meter", "抄表有误", "Meter misread"),
                ),
                _choice("bill.invoice", "开票", "Invoice"),
                _choice("bill.steps", "阶梯气价", "Price steps"),
            ),
            _choice(
                "repair",
                "报修抢修",
                "Repairs",
                _choice("repair.leak", "燃气泄漏", "Gas leak"),
                _choice("repair.stove", "灶具打不着火", "Stove does not light"),
                _choice("repair.none", "停气", "No gas"),
            ),
            _choice(
                "account",
                "开户过户",
                "Accounts",
                _choice("account.open", "开户", "New"),
                _choice("account.move", "过户", "Transfer"),
            ),
            _choice(
                "check",
                "安检换表",
                "Safety and meters",
                _choice("check.date", "安检预约", "Safety visit"),
                _choice("check.swap", "换表", "Meter swap"),
            ),
            _choice("other", "其他", "Other"),
        ],
        queues=[
            wire.QueueRules(id=i, name=T(zh=zh, en=en), ring_seconds=20, wrap_up_seconds=30) for i, zh, en in queues
        ],
    )


def agent(
    state: wire.AgentState = "ready", since_s: float = 0, left_s: float | None = None, **parts: object
) -> wire.AgentCard:
    """Return the agent's own card; `left_s` is how long the state still lasts."""
    card = wire.AgentCard(
        id="8017",
        name="林晓",
        state=state,
        since_ms=now_ms() - int(since_s * 1000),
        until_ms=None if left_s is None else now_ms() + int(left_s * 1000),
        phone=None if state == "signed_out" else "sip",
        extension="8017",
        queues=["gas", "repair", "trade"],
    )
    return card.model_copy(update=parts)


def call(state: wire.CallState = "offered", **parts: object) -> wire.CallCard:
    """Return the call of 陈建国 at one moment of its life."""
    start = now_ms() - 95_000
    answered = start + 68_000 if state in {"talking", "holding", "ended", "leg_lost"} else None
    card = wire.CallCard(
        id="1763822467.102",
        state=state,
        number="138****8000",
        name="",
        dialed="073188128000",
        queue="gas",
        arrived_ms=start,
        queued_ms=start + 12_000,
        offered_ms=start + 60_000,
        answered_ms=answered,
        held_ms=now_ms() - 8000 if state == "holding" else None,
        ended_ms=now_ms() if state == "ended" else None,
        waited_seconds=48,
        keys=[
            wire.Key(keys="2", meaning="账单", step="main", at_ms=start + 3000),
            wire.Key(keys="1", meaning="查欠费", step="bill", at_ms=start + 6000),
            wire.Key(keys="0", meaning="人工", step="debt", at_ms=start + 11_000),
        ],
        heard=["欠费 286.40 元，到期 11-11"],
        why="longest_idle:372",
        passed_over=[
            wire.Passed(agent="8003", reason="shorter_idle:125"),
            wire.Passed(agent="8004", reason="no_phone"),
            wire.Passed(agent="8005", reason="busy"),
        ],
        recording=answered is not None,
        note="",
        code="",
    )
    return card.model_copy(update=parts)


def customer(number: int = 1, name: str = "陈建国", **parts: object) -> wire.CustomerCard:
    """Return a customer who owes money and has called before."""
    past = [
        (4, "answered", "8009", 72, "bill.debt.promise", "称月底发工资后缴，约 20 日前"),
        (8, "answered", "8017", 260, "repair.stove", "转报修单，当天上门更换灶前阀"),
        (11, "abandoned", None, 0, "", ""),
        (18, "served_in_ivr", None, 0, "", "自助查询欠费"),
        (39, "answered", "8021", 171, "bill.invoice", "补开 9 月电子发票，已发邮箱"),
        (60, "answered", "8009", 95, "check.date", "约周一上午安检"),
        (96, "left_in_ivr", None, 0, "", ""),
    ]
    card = wire.CustomerCard(
        id=number,
        name=name,
        account="6201 1880 34",
        tier="B 级",
        address="开福区芙蓉北路 218 号 3 栋 1102",
        flags=["气表到期待换", "老人独居"],
        note="听力不好，请说慢一些；只接受电话联系，不要发短信。",
        due_fen=28640,
        due_on="11-11",
        phones=[
            wire.MaskedPhone(index=0, masked="138****8000", label="本人"),
            wire.MaskedPhone(index=1, masked="186****2210", label="女儿"),
        ],
        assets=[
            wire.AssetCard(
                kind="气表", label="G2.5 膜式表", attributes={"表号": "A2016-77120", "读数": 1284, "到期": True}
            ),
            wire.AssetCard(kind="灶具", label="双眼灶", attributes={"上次安检": "2025-12-02", "合格": True}),
        ],
        attributes={"用气性质": "民用", "开户": "2016-05", "电子发票": True, "代扣": False},
        calls=[
            wire.PastCallRow(
                call=f"17630000{day}.1",
                at_ms=now_ms() - day * DAY_MS,
                outcome=outcome,
                agent=who,
                talk_seconds=seconds,
                code=code,
                note=note,
            )
            for day, outcome, who, seconds, code, note in past
        ],
    )
    return card.model_copy(update=parts)


def desk(state: wire.AgentState = "signed_out", **parts: object) -> wire.Desk:
    """Return a desk with no call."""
    whole = wire.Desk(
        seq=1,
        now_ms=now_ms(),
        switch_up=True,
        agent=agent(state, 372),
        call=None,
        customer=None,
        candidates=[],
        queues={
            "gas": wire.QueueLine(id="gas", waiting=3, longest_since_ms=now_ms() - 72_000),
            "repair": wire.QueueLine(id="repair", waiting=0, longest_since_ms=None),
            "trade": wire.QueueLine(id="trade", waiting=1, longest_since_ms=now_ms() - 20_000),
        },
    )
    return whole.model_copy(update=parts)


def _queue_row(number: str, zh: str, en: str, *figures: int, longest_s: int | None = None) -> wire.QueueRow:
    names = (
        "waiting",
        "ready",
        "talking",
        "wrap_up",
        "signed_in",
        "offered",
        "answered",
        "answered_in_time",
        "abandoned",
    )
    counts = dict(zip((*names, "short_abandon", "answer_seconds_total"), figures, strict=True))
    return wire.QueueRow(
        id=number,
        name=T(zh=zh, en=en),
        longest_since_ms=None if longest_s is None else now_ms() - longest_s * 1000,
        service_level_seconds=20,
        service_level_target=0.9,
        **counts,
    )


def board() -> wire.Board:
    """Return a busy afternoon whose book adds up."""
    people: list[tuple[str, str, wire.AgentState, int, str, str, bool]] = [
        ("8009", "赵敏", "ready", 125, "", "", False),
        ("8011", "孙倩", "busy", 281, "check", "agent", False),
        ("8013", "刘建", "wrap_up", 12, "", "", False),
        ("8015", "陈露", "talking", 472, "", "", True),
        ("8017", "林晓", "talking", 134, "", "", True),
        ("8018", "吴桐", "break", 726, "meal", "agent", False),
        ("8021", "周岚", "ringing", 11, "", "", True),
        ("8022", "郑洁", "holding", 36, "", "", True),
        ("8023", "何松", "not_responding", 80, "", "timeout", False),
        ("8025", "高宁", "talking", 48, "", "", True),
        ("8027", "马超", "disconnected", 22, "", "switch", False),
        ("8030", "罗雪", "ready", 31, "", "", False),
        ("8031", "钱进", "signed_out", 9000, "", "", False),
    ]
    waiting = [
        ("gas", "150****3345", "", 72),
        ("gas", "139****0911", "王桂英", 41),
        ("trade", "0731****6677", "湘江酒店", 20),
        ("gas", "177****6628", "", 9),
    ]
    outcomes = {
        "answered": 556,
        "served_in_ivr": 214,
        "left_in_ivr": 61,
        "abandoned": 14,
        "short_abandon": 13,
        "callback": 6,
        "message": 2,
        "transferred_out": 3,
        "closed": 0,
        "degraded": 0,
        "blocked": 4,
    }
    return wire.Board(
        seq=1,
        now_ms=now_ms(),
        switch_up=True,
        day="2026-11-20",
        queues={
            "gas": _queue_row(
                "gas", "民用服务", "Households", 3, 2, 3, 1, 8, 412, 389, 344, 23, 12, 5446, longest_s=72
            ),
            "repair": _queue_row("repair", "报修抢修", "Repairs", 0, 1, 1, 0, 4, 96, 95, 94, 1, 0, 665),
            "trade": _queue_row("trade", "工商用户", "Business", 1, 1, 1, 0, 3, 58, 55, 51, 3, 1, 605, longest_s=20),
            "complaint": _queue_row("complaint", "投诉专席", "Complaints", 0, 0, 0, 0, 1, 17, 17, 13, 0, 0, 410),
            "night": _queue_row("night", "夜间值守", "Night watch", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        },
        agents={
            number: wire.AgentRow(
                id=number,
                name=name,
                state=state,
                since_ms=now_ms() - seconds * 1000,
                reason=reason,
                cause=cause,
                call=f"call.{number}" if busy else None,
                number="138****8000" if busy else "",
                queue="gas" if busy else None,
                queues=["gas", "trade"] if number < "8020" else ["gas", "repair"],
                answered=19 + at,
                missed=1 if state == "not_responding" else 0,
                talk_seconds=3600 + at * 60,
            )
            for at, (number, name, state, seconds, reason, cause, busy) in enumerate(people)
        },
        waiting={
            f"w{at}": wire.WaitingRow(
                id=f"w{at}", queue=queue, number=number, name=name, since_ms=now_ms() - seconds * 1000, place=at + 1
            )
            for at, (queue, number, name, seconds) in enumerate(waiting)
        },
        book=wire.BookRow(offered=sum(outcomes.values()) + 14, live=14, in_ivr=5, outcomes=outcomes),
    )
