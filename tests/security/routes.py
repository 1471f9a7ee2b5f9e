"""What there is to attack, read from the application itself: a new route is attacked by itself."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask_openapi3 import OpenAPI
from werkzeug.routing import Rule

from web.document import document_path

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Files, of which there is one for everybody.
_FILES = ("pages.", "openapi.", "swagger.", "static")
_WORDS = ("BTCUSDT", "sandbox", "Test", "user.sign_in", "42424242", "somebody@example.org")
_TIME = "2026-01-01T00:00:00Z"


def _fitting(values: Mapping[str, str], found: re.Match[str]) -> str:
    value = values[found[2]]
    try:
        return str(uuid.UUID(value).int % 2**31) if found[1] == "int" else value
    except ValueError:
        return value


@dataclass(frozen=True)
class Operation:
    """One method of one rule, with what the document tells of it (nothing outside of /api)."""

    rule: Rule
    method: str
    told: Mapping[str, Any]
    schemas: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def parameters(self) -> list[Mapping[str, Any]]:
        return list(self.told.get("parameters", []))

    @property
    def body(self) -> Mapping[str, Any] | None:
        """The schema of its JSON, None where it takes none."""
        content = self.told.get("requestBody", {}).get("content", {})
        found: Mapping[str, Any] | None = content.get("application/json", {}).get("schema")
        return None if found is None else self.resolved(found)

    def path(self, values: Mapping[str, str]) -> str:
        """Its address with these values for its arguments, as they are; where a number has to
        stand, a uuid's."""
        return re.sub(r"<(?:([^<>:]+):)?([^<>:]+)>", partial(_fitting, values), self.rule.rule)

    def query(self) -> dict[str, str]:
        """Every parameter with a value that fits."""
        told = (one for one in self.parameters if one["in"] == "query")
        return {one["name"]: _flat(self.example(one["schema"])) for one in told}

    def headers(self) -> dict[str, str]:
        keyed = any(one["name"] == "Idempotency-Key" for one in self.parameters)
        return {"Idempotency-Key": uuid.uuid4().hex} if keyed else {}

    def example_body(self) -> dict[str, Any] | None:
        """A body that fits, with all that may be in it."""
        if self.body is None:
            return None
        made: dict[str, Any] = self.example(self.body)
        return made

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = schema.get("$ref")
        return schema if reference is None else self.schemas[reference.rpartition("/")[2]]

    def example(self, schema: Mapping[str, Any]) -> Any:
        schema = self.resolved(schema)
        kinds = [kind for kind in schema.get("anyOf", []) if kind.get("type") != "null"]
        if kinds:
            return self.example(kinds[0])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            # Never an exchange outside.
            return "sandbox" if "sandbox" in schema["enum"] else schema["enum"][0]
        match schema.get("type"):
            case "object":
                fields = schema.get("properties", {})
                return {name: self.example(field) for name, field in fields.items()}
            case "array":
                return [self.example(schema["items"])] if schema.get("maxItems", 1) else []
            case "string":
                return _text(schema)
            case "integer" | "number":
                return max(1, int(schema.get("minimum", 1)))
            case "boolean":
                return False
        return None


def _text(schema: Mapping[str, Any]) -> str:
    if schema.get("format") == "uuid":
        return str(uuid.uuid4())
    if schema.get("format") == "date-time":
        return _TIME
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    candidates = (*_WORDS, "A" * 22, "A" * 11, "25", "x" * shortest)
    for word in candidates:
        if shortest <= len(word) <= longest and re.search(schema.get("pattern", ""), word):
            return word
    raise AssertionError(f"no example for {schema}: add one")


def _flat(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value)


def operations(app: OpenAPI) -> Iterator[Operation]:
    """All that is served but files."""
    document: dict[str, Any] = app.api_doc
    schemas = document["components"]["schemas"]
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(_FILES):
            continue
        for method in sorted((rule.methods or set()) & set(METHODS)):
            told = document["paths"].get(document_path(rule), {}).get(method.lower(), {})
            yield Operation(rule, method, told, schemas)


def named_ids(value: Any, ids: Mapping[str, str]) -> Any:
    """A body or query whose fields that name ids (`account_id`, `snapshot_ids`) name these."""
    if isinstance(value, list):
        return [named_ids(item, ids) for item in value]
    if not isinstance(value, dict):
        return value
    made = {name: named_ids(item, ids) for name, item in value.items()}
    for name, was in made.items():
        kind = re.sub("_ids?$", "", name)
        if kind in ids and kind != name:
            made[name] = [ids[kind]] if isinstance(was, list) else ids[kind]
    return made
