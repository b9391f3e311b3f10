"""The browser's types are those of wire.py today."""

from pathlib import Path

from callcenter.adapters.web.typescript import typescript

ROOT = Path(__file__).resolve().parents[2]


def test_the_browser_has_todays_messages() -> None:
    written = (ROOT / "agent_ui/src/wire.ts").read_text(encoding="utf-8")
    assert written == typescript(), "run: python -m callcenter.adapters.web.typescript > agent_ui/src/wire.ts"


def test_every_message_and_named_union_is_there() -> None:
    text = typescript()
    for name in ("Desk", "DeskChange", "Board", "BoardChange", "Pulse", "Problem", "WrapUpForm", "AgentState"):
        assert f"export interface {name} " in text or f"export type {name} " in text


def test_what_the_server_sends_has_every_key_and_a_form_may_leave_out_defaults() -> None:
    text = typescript()
    assert "  customer: CustomerCard | null;" in text
    assert "  customer?: CustomerCard | null;" in text
    assert "  reason?: string;" in text
    assert "attributes: Readonly<Record<string, string | number | boolean | null>>;" in text
