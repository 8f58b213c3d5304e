"""LINE's OpenAPI files as JSON Schema, with their discriminators really followed.

OpenAPI 3.0 says by `discriminator` which schema an object must keep; a JSON Schema validator
ignores that, and would accept any message of any type. So each such schema becomes a choice: the
base's own rules, plus the rules of the schema that the named property points to.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema.exceptions import best_match
from openapi_schema_validator import OAS30Validator

_FOLDER = Path(__file__).parent / "openapi"
_PREFIX = "#/components/schemas/"


class InvalidAgainstLine(Exception):
    """The text says where and why."""


def check_callback(body: Any) -> None:
    """Raises InvalidAgainstLine unless LINE could have sent this to a webhook."""
    _check("webhook.yml", "CallbackRequest", body)


def check_request(method: str, path: str, body: Any) -> None:
    """Raises InvalidAgainstLine unless LINE's API would accept this body there."""
    operation = _document("messaging-api.yml")["paths"].get(path, {}).get(method.lower())
    if operation is None:
        raise InvalidAgainstLine(f"LINE has no {method} {path}")
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        _check("messaging-api.yml", content["schema"]["$ref"].removeprefix(_PREFIX), body)


def _check(file: str, schema: str, body: Any) -> None:
    # The deepest error names the field; the outermost only says that no choice fits.
    if error := best_match(_validator(file, schema).iter_errors(body)):
        place = "/".join(map(str, error.absolute_path))
        raise InvalidAgainstLine(f"{place}: {error.message}"[:500])


@cache
def _validator(file: str, schema: str) -> OAS30Validator:
    document = _document(file)
    return OAS30Validator(
        {"$ref": _PREFIX + schema, "components": {"schemas": _with_choices(document)}}
    )


@cache
def _document(file: str) -> dict[str, Any]:
    return yaml.safe_load((_FOLDER / file).read_text(encoding="utf-8"))


def _with_choices(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    bases = {name for name, schema in schemas.items() if "discriminator" in schema}
    result = {name: _pointing_to_bases(schema, bases) for name, schema in schemas.items()}
    for name in bases:
        base = result[name]
        choice = base.pop("discriminator")
        result[f"{name}.base"] = base
        result[name] = _choice(name, choice["propertyName"], choice["mapping"])
    return result


def _choice(name: str, key: str, mapping: dict[str, str]) -> dict[str, Any]:
    return {
        "allOf": [{"$ref": f"{_PREFIX}{name}.base"}],
        "oneOf": [
            {
                "required": [key],
                "properties": {key: {"enum": [value]}},
                "allOf": [{"$ref": target}],
            }
            for value, target in mapping.items()
        ],
    }


def _pointing_to_bases(schema: dict[str, Any], bases: set[str]) -> dict[str, Any]:
    """A subtype extends its base, not the choice among its sisters."""
    parents = [
        {"$ref": f"{part['$ref']}.base"}
        if part.get("$ref", "").removeprefix(_PREFIX) in bases
        else part
        for part in schema.get("allOf", [])
    ]
    return {**schema, "allOf": parents} if parents else dict(schema)
