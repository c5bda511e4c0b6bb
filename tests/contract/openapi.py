"""Answers held against the OpenAPI document, as strictly as the document can be read."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from app.core import openapi

formats = FormatChecker()


@formats.checks("decimal", raises=ValueError)
def _is_decimal(value: object) -> bool:
    return not isinstance(value, str) or float(value) == float(value)


@cache
def document() -> dict[str, Any]:
    """The document in today's JSON Schema: `nullable` spelled out, and no property but the named ones."""
    read: dict[str, Any] = _modern(openapi.build())
    return read


def check_answer(path: str, method: str, answer: Any) -> None:
    """Fails where the status isn't documented for the operation or the body doesn't follow its schema."""
    operation = document()["paths"][path][method]
    status = str(answer.status_code)
    assert status in operation["responses"], f"{method} {path} answers {status}, which isn't documented"
    response = operation["responses"][status]
    if "$ref" in response:
        response = document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"]["application/json"]["schema"]
    whole = {"components": document()["components"], **schema}
    problems = [
        f"{'.'.join(map(str, one.absolute_path))}: {one.message}"
        for one in Draft202012Validator(whole, format_checker=formats).iter_errors(_without_own_fields(answer.json))
    ]
    assert problems == [], f"{method} {path}: {problems}"


def _without_own_fields(part: Any) -> Any:
    """The answer as nobody's agency would give it: the document held against it is the one for everybody."""
    if isinstance(part, list):
        return [_without_own_fields(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: _without_own_fields(one) for name, one in part.items() if not name.startswith("custom_")}


def _modern(part: Any) -> Any:
    if isinstance(part, list):
        return [_modern(one) for one in part]
    if not isinstance(part, dict):
        return part
    read = {name: _modern(one) for name, one in part.items() if name != "nullable"}
    if isinstance(read.get("properties"), dict) and read.get("type") == "object":
        read.setdefault("additionalProperties", False)
    if part.get("nullable") is True and isinstance(read.get("type"), str):
        read["type"] = [read["type"], "null"]
        if "enum" in read:
            read["enum"] = [*read["enum"], None]
    return read
