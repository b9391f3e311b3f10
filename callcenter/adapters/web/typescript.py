"""Prints the browser's half of the wire: one TypeScript type for each message. Knows no route and no socket."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from callcenter.adapters.web import wire

_HEAD = (
    "// Generated from callcenter/adapters/web/wire.py; write `python -m callcenter.adapters.web.typescript` here.\n"
)
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_NAMES = {"AgentState": wire.AgentState, "CallState": wire.CallState, "Role": wire.Role, "Locale": wire.Locale}


def typescript() -> str:
    """Return the text of `agent_ui/src/wire.ts`; the order is that of `wire.py`, so the text is stable."""
    unions = (f"export type {name} = {_union(get_args(literal))};\n" for name, literal in _NAMES.items())
    return "\n".join([_HEAD, *unions, *(_interface(model) for model in _models())])


def _models() -> Iterator[type[wire.Wire]]:
    for value in vars(wire).values():
        if isinstance(value, type) and issubclass(value, wire.Wire) and value is not wire.Wire:
            yield value


def _interface(model: type[wire.Wire]) -> str:
    # A whole message holds every key; a form or a change may leave out the keys that have a default.
    partial = model.__name__.endswith(("Form", "Change"))
    schema = model.model_json_schema()
    schema = schema["$defs"][model.__name__] if "$ref" in schema else schema
    required = set(schema.get("required", ())) if partial else set(schema["properties"])
    fields = (
        f"  {name}{'' if name in required else '?'}: {_type(prop)};" for name, prop in schema["properties"].items()
    )
    doc = " ".join((model.__doc__ or "").split())
    return "\n".join([f"/** {doc} */", f"export interface {model.__name__} {{", *fields, "}\n"])


def _type(prop: Mapping[str, Any]) -> str:
    if "$ref" in prop:
        return str(prop["$ref"]).rsplit("/", 1)[1]
    if "anyOf" in prop:
        return " | ".join(_type(part) for part in prop["anyOf"])
    if "const" in prop:
        return _union((prop["const"],))
    if "enum" in prop:
        values = tuple(prop["enum"])
        return next((name for name, literal in _NAMES.items() if get_args(literal) == values), _union(values))
    if prop["type"] == "array":
        return f"readonly {inner}[]" if (inner := _type(prop["items"])).isidentifier() else f"readonly ({inner})[]"
    if prop["type"] == "object":
        return f"Readonly<Record<string, {_type(prop['additionalProperties'])}>>"
    return _PLAIN[prop["type"]]


def _union(values: tuple[Any, ...]) -> str:
    return " | ".join(f'"{value}"' if isinstance(value, str) else str(value).lower() for value in values)


if __name__ == "__main__":
    sys.stdout.write(typescript())
