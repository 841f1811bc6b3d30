"""Requests that are made from their descriptions in the golden wire record, whose README says what the members mean."""

from __future__ import annotations

import json
from typing import Any

from tests.local.raito.wire_client import literal

NOW = "2025-06-01T10:00:00.123456789+02:00"


class Placeholders:
    """What stands for what; learned from answers as they come."""

    def __init__(self, known: dict[str, str]) -> None:
        self.known = known

    def fill(self, value: Any) -> Any:
        """A described value with the placeholders filled in."""
        match value:
            case {"<count>": count, "<first>": first}:
                return [self._numbered(self.fill(first), number) for number in range(count)]
            case dict():
                return {name: self.fill(inner) for name, inner in value.items()}
            case list():
                return [self.fill(inner) for inner in value]
            case "<time>":
                return NOW
            case "<fileBuildTime, int ms>":
                return 1711140795865
        return self.known.get(value, value) if isinstance(value, str) else value

    def learn(self, described: Any, found: Any) -> None:
        """Take over what stands where an answer's description has a placeholder."""
        if isinstance(described, dict):
            for name, inner in described.items():
                self.learn(inner, found[name])
        elif isinstance(described, str) and described.startswith("<") and isinstance(found, str):
            self.known.setdefault(described, found)

    @staticmethod
    def _numbered(item: Any, number: int) -> Any:
        return {**item, "permission": f"{item['permission']}{number}"}


def query_body(entry: dict[str, Any], placeholders: Placeholders, selected: list[str]) -> bytes:
    """The body of a GraphQL request, in its dialect, stray bytes included."""
    kind, name, field = entry["kind"], entry.get("documentName", ""), entry["operation"]
    body: dict[str, Any] = {}
    if "operationName" in entry:
        body = {"operationName": entry["operationName"], "variables": {}}
    arguments = declared = ""
    if "variableTypes" in entry:
        types = entry["variableTypes"]
        declared = "(" + "".join(f"${variable}:{type_name}" for variable, type_name in sorted(types.items())) + ")"
        # The usage import alone has a variable of another name than the argument.
        argument_of = {"request": "input"}
        arguments = "(" + ",".join(f"{argument_of.get(v, v)}: ${v}" for v in types) + ")"
        body["variables"] = placeholders.fill(entry["variables"])
    elif "arguments" in entry:
        filled = placeholders.fill(entry["arguments"])
        arguments = "(" + ",".join(f"{name}:{literal(value)}" for name, value in filled.items()) + ")"
    body["query"] = f"{kind} {name}{declared}{{{field}{arguments}{_selection(selected)}}}"
    return json.dumps(body).encode() + entry.get("strayBytesAfterJson", "\n").encode()


def _selection(paths: list[str]) -> str:
    fields: dict[str, list[str]] = {}
    for path in paths:
        name, _, rest = path.partition("/")
        fields.setdefault(name, []).extend([rest] if rest else [])
    texts = []
    for name, inner in fields.items():
        text = f"... on {name[1:-1]}" if name.startswith("<") else name
        texts.append(text + (_selection(inner) if inner else ""))
    return "{" + " ".join(texts) + "}"


def uploaded_file(description: dict[str, Any]) -> bytes:
    """A file with as many records as were uploaded, in whose members each JSON type occurs that occurred."""
    if description["content"] != "JSON array":
        return b"2025-06-01T10:00:00.123+0200 [info] raito-cli: Synchronizing:\n"
    members = description["members"]
    records = [_record(members, "", number) for number in range(description["items"])]
    return ("[\n" + "\n,\n".join(json.dumps(record) for record in records) + "\n\n]").encode()


def _record(members: dict[str, list[str]], prefix: str, number: int) -> dict[str, Any]:
    names = [path.removeprefix(prefix) for path in members if path.startswith(prefix)]
    own = [name for name in names if "." not in name and "[" not in name]
    return {name: _value(members, prefix + name, number) for name in own}


def _value(members: dict[str, list[str]], path: str, number: int) -> Any:
    kinds = members[path]
    match kinds[number % len(kinds)]:
        case "string":
            # An access provider's action is one of a few words, and AWS's statements have no query (protocol 6.5, 6.6).
            return {"action": "grant", "query": ""}.get(path, f"{path} {number}")
        case "int":
            return 1717228800 + number
        case "bool":
            return number % 2 == 0
        case "object":
            return _record(members, f"{path}.", number)
        case "array" if f"{path}[]" in members:
            return [_value(members, f"{path}[]", number)]
        case "array":
            return [_record(members, f"{path}[].", number)]
        case "empty array":
            return []
    return None


def differences(described: Any, found: Any, where: str = "data") -> list[str]:
    """How the shape of an answer differs from the described one: members, JSON types, length of lists left aside."""
    if isinstance(described, dict) and isinstance(found, dict):
        if described.keys() != found.keys():
            return [f"{where} has {sorted(found)}, not {sorted(described)}"]
        return [d for name in described for d in differences(described[name], found[name], f"{where}.{name}")]
    if described is None or found is None:
        return []
    return [] if type(described) is type(found) else [f"{where} is {found!r}, not {described!r}"]
