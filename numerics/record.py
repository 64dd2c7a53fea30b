"""The record of what was found about one claim, and its text.

A text is *sound* if it is whole, fits ``evidence.schema.json`` and carries the seal of its own content,
the SHA-256 of everything else in it: one changed digit breaks it. By its seal a record is cited. Floats are
written by ``repr``, which reads back to the same bits. JSON has no tokens for infinities and NaN, so where
a number may stand they are the strings "inf", "-inf" and "nan"; the same strings as text are refused there.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from numerics.provenance import PACKAGE, fingerprint, mapped, spelled, versions

SCHEMA = json.loads((PACKAGE / "evidence.schema.json").read_text("utf-8"))
FORMAT = SCHEMA["properties"]["schema"]["const"]
EXTREMES = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
MEASURED = ("links", "numbers", "intervals", "alpha", "resolution", "counterexample", "seconds")
WORDS = ("title", "hypotheses")  # optional in the schema
TYPES = {
    "null": type(None),
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "string": str,
    "array": (list, tuple),
    "object": Mapping,
}


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known of one claim; ``evidence.schema.json`` says what each field holds.

    Sequences become tuples, and the scalars and arrays of numpy and JAX become numbers and tuples.
    TypeError or ValueError names the claim and the field that JSON could not return unchanged.
    """

    claim: str
    verdict: str
    statement: str
    digest: str
    kind: str
    links: Sequence[Mapping[str, Any]] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)
    intervals: Sequence[Mapping[str, Any]] = ()
    alpha: float | None = None
    resolution: float | None = None
    counterexample: Mapping[str, Any] | None = None
    seeds: Sequence[int] = ()
    widths: Sequence[int] = ()
    dtype: str | None = None
    versions: Mapping[str, str] = field(default_factory=versions)
    backend: str | None = None
    device: str | None = None
    commit: str | None = None
    seconds: float = 0.0
    time: str = field(default_factory=now)
    notes: Sequence[str] = ()
    looks: Sequence[Mapping[str, Any]] = ()
    title: str = ""
    hypotheses: str = ""

    def __post_init__(self):
        for name in (each.name for each in fields(self)):
            try:
                value = mapped(plain, getattr(self, name))
                if name in MEASURED:
                    mapped(reject_ambiguous, value)
            except (TypeError, ValueError) as error:
                raise type(error)(f"{self.claim}: {name}: {error}") from None
            object.__setattr__(self, name, value)

    def _repr_html_(self) -> str:
        """The card that a notebook shows. By name: how a record looks changes no verdict."""
        return import_module("numerics.card").alone(self)


def plain(value):
    """The scalar as the Python value that its text would be read back to."""
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return math.nan if value != value else kind(value)
    advice = "give its real and imaginary parts" if isinstance(value, complex) else "give a number or text"
    raise TypeError(f"{value!r} is of type {type(value).__name__}; {advice}")


def reject_ambiguous(value):
    if isinstance(value, str) and value in EXTREMES:
        raise ValueError(f"the string {value!r} would be read back as a number; write the float")


def unspelled(value):
    return EXTREMES.get(value, value) if isinstance(value, str) else value


def encode(record: Record) -> str:
    """The text of a record, sealed. ValueError names the field that breaks the schema."""
    body = content(record)
    body["seal"] = fingerprint(body)
    for complaint in violations(body, SCHEMA, record.claim):
        raise ValueError(complaint)
    return json.dumps(body, indent=1, allow_nan=False) + "\n"


def seal(record: Record) -> str:
    """The digest to cite, 64 hexadecimal digits: of all that the record says, when it was made included."""
    return fingerprint(content(record))


def content(record: Record) -> dict[str, Any]:
    """What a record says, as JSON has it; words that it lacks, as older ones do, are left out."""
    body = {each.name: getattr(record, each.name) for each in fields(record)}
    body = {name: value for name, value in body.items() if value or name not in WORDS}
    return body | {name: mapped(spelled, body[name]) for name in MEASURED} | {"schema": FORMAT}


def decode(text: str) -> Record:
    """The record in a text that ``encode`` wrote. ValueError says what is wrong with any other text."""
    if not text.endswith("}\n"):
        raise ValueError("it is cut short")
    try:
        body = json.loads(text, parse_constant=reject_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    reject_other_format(body)
    for complaint in violations(body, SCHEMA, "record"):
        raise ValueError(complaint)
    if body.pop("seal") != fingerprint(body):
        raise ValueError("its seal does not fit its content")
    del body["schema"]
    return Record(**body | {name: mapped(unspelled, body[name]) for name in MEASURED})


def reject_other_format(body: Any) -> None:
    """Before anything else is complained of, since another version may know other fields."""
    if isinstance(body, dict) and body.get("schema", FORMAT) != FORMAT:
        raise ValueError(f"schema: {body['schema']!r} is not {FORMAT}: another version of wideproof wrote it")


def reject_constant(token: str):
    raise ValueError(f"{token} is not JSON")


def typed(value, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name]) or (
        name == "integer" and isinstance(value, float) and value.is_integer()
    )


def violations(value, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    """Where a value breaks a JSON Schema; of the keywords, those that ``evidence.schema.json`` uses."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    names = schema.get("type", list(TYPES))
    names = [names] if isinstance(names, str) else names
    if not any(typed(value, name) for name in names):
        yield f"{where}: {value!r} is not of type {' or '.join(names)}"
    elif "anyOf" in schema and all(any(violations(value, one, where)) for one in schema["anyOf"]):
        yield f"{where}: {value!r} is none of the kinds that may stand here"
    elif "const" in schema and (value != schema["const"] or isinstance(value, bool)):
        yield f"{where}: {value!r} is not {schema['const']!r}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {', '.join(schema['enum'])}"
    elif isinstance(value, str):
        yield from text_violations(value, schema, where)
    elif isinstance(value, Mapping):
        yield from object_violations(value, schema, where)
    elif typed(value, "array"):
        for index, item in enumerate(value):
            yield from violations(item, schema.get("items", {}), f"{where}[{index}]")
    elif typed(value, "number") and value < schema.get("minimum", -math.inf):
        yield f"{where}: {value!r} is less than {schema['minimum']}"


def text_violations(value: str, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", math.inf):
        yield f"{where}: {value!r} is too short or too long"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{where}: {value!r} does not match {schema['pattern']}"


def object_violations(value: Mapping, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{where}: {name} is missing"
    known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name, item in value.items():
        if name not in known and other is False:
            yield f"{where}: unknown field {name}"
        elif name in known or other is not True:
            yield from violations(item, known.get(name, other), f"{where}.{name}")
