"""JSON schemas as Gradio writes them of answers: whether one says everything, and what fits it."""

import math
from typing import Any

_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def find_loose(schema: dict[str, Any], where: str = "answer") -> list[str]:
    """Name each place of a schema that leaves open what stands there. Files are as Gradio describes them."""
    if schema.get("title") == "FileData" or {"enum", "const"} & schema.keys():
        return []
    if ways := schema.get("oneOf") or schema.get("anyOf"):
        return [place for way in ways for place in find_loose(way, where)]
    if schema.get("type") == "array":
        items = schema.get("prefixItems") or [schema.get("items") or {}]
        return [place for item in items for place in find_loose(item, f"{where}[]")]
    if schema.get("type") == "object":
        parts = schema.get("properties") or {"*": schema.get("additionalProperties") or {}}
        return [place for name, part in parts.items() for place in find_loose(part, f"{where}.{name}")]
    return [] if schema.get("type") in list(_KINDS) else [where]


def find_misfits(schema: dict[str, Any], value: Any, where: str = "answer") -> list[str]:
    """Name each place of a value that is not as the schema says; a property it does not name is one too."""
    if schema.get("title") == "FileData":
        return [] if isinstance(value, dict) and "path" in value else [f"{where}: no file"]
    if "enum" in schema or "const" in schema:
        allowed = schema.get("enum", [schema.get("const")])
        return [] if value in allowed else [f"{where}: {value!r:.60} is none of {allowed}"]
    if ways := schema.get("oneOf") or schema.get("anyOf"):
        tried = [find_misfits(way, value, where) for way in ways]
        return [] if [] in tried else max(tried, key=len)
    if schema.get("type") == "array":
        return _misfits_of_array(schema, value, where)
    if schema.get("type") == "object":
        return _misfits_of_object(schema, value, where)
    if schema.get("type") not in list(_KINDS):  # a list: Gradio writes an empty dict where it knows nothing
        return []
    kind = _KINDS[schema["type"]]
    is_kind = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
    if not is_kind or (isinstance(value, float) and not math.isfinite(value)):
        return [f"{where}: {value!r:.60} is no {schema['type']}"]
    return []


def _misfits_of_array(schema: dict[str, Any], value: Any, where: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{where}: {value!r:.60} is no array"]
    kinds = schema.get("prefixItems")
    if kinds is not None and len(kinds) != len(value):
        return [f"{where}: {len(value)} items, not {len(kinds)}"]
    kinds = kinds or [schema.get("items") or {}] * len(value)
    pairs = zip(kinds, value, strict=True)
    return [misfit for kind, part in pairs for misfit in find_misfits(kind, part, f"{where}[]")]


def _misfits_of_object(schema: dict[str, Any], value: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: {value!r:.60} is no object"]
    known, other = schema.get("properties", {}), schema.get("additionalProperties")
    misfits = [f"{where}.{name} is missing" for name in schema.get("required", []) if name not in value]
    for name, part in value.items():
        kind = known.get(name, other)
        misfits += [f"{where}.{name} is not declared"] if kind is None else []
        misfits += find_misfits(kind or {}, part, f"{where}.{name}")
    return misfits
