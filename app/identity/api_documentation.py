"""The OpenAPI words of `auth`."""

from typing import Any

from app.core.openapi import answers, document

_TEXT = {"type": "string"}
_PAIR = {
    "type": "object",
    "required": ["access_token", "refresh_token", "expires_in", "token_type"],
    "properties": {
        "access_token": _TEXT,
        "refresh_token": _TEXT,
        "expires_in": {"type": "integer", "description": "Seconds."},
        "token_type": {"type": "string", "enum": ["Bearer"]},
    },
}
_SECOND_STEP = {
    "type": "object",
    "required": ["mfa_required", "mfa_token"],
    "properties": {"mfa_required": {"type": "boolean", "enum": [True]}, "mfa_token": _TEXT},
}
_ME = {
    "type": "object",
    "required": ["user", "organization_id", "roles", "permissions", "scope"],
    "properties": {
        "user": {"type": "object"},
        "organization_id": {"type": "string", "format": "uuid"},
        "roles": {"type": "array", "items": _TEXT},
        "permissions": {"type": "array", "items": {"type": "array", "items": _TEXT}},
        "scope": {"type": "string", "enum": ["all", "branch", "assigned", "own"]},
        "requires_second_factor": {"type": "boolean"},
    },
}
_PUBLIC_KEY = {
    "type": "object",
    "required": ["kty", "n", "e", "use", "alg", "kid"],
    "properties": {
        **dict.fromkeys(("kty", "n", "e", "use", "alg", "kid"), _TEXT),
        "key_ops": {"type": "array", "items": _TEXT},
    },
}


def document_auth() -> None:
    """Add the operations to the document."""
    _document("login", "Sign in", ["email", "password"], ["organization"], {"oneOf": [_PAIR, _SECOND_STEP]})
    _document("mfa/verify", "Send the second factor's code", ["mfa_token"], ["code", "recovery_code"], _PAIR)
    _document("refresh", "Renew the tokens", ["refresh_token"], [], _PAIR)
    done = {"type": "object", "properties": {"message": _TEXT}}
    signed_out = {"tags": ["Signing in"], "summary": "Sign out", "responses": answers(schema=done)}
    document("/api/v1/auth/logout", "post", signed_out)
    me = {"tags": ["Signing in"], "summary": "Who is signed in", "responses": answers(schema=_ME)}
    document("/api/v1/auth/me", "get", me)
    keys = {"type": "object", "required": ["keys"], "properties": {"keys": {"type": "array", "items": _PUBLIC_KEY}}}
    public = {"tags": ["Signing in"], "summary": "The public keys of access tokens", "security": []}
    document("/.well-known/jwks.json", "get", {**public, "responses": answers(schema=keys)})


def _document(path: str, summary: str, required: list[str], optional: list[str], answer: dict[str, Any]) -> None:
    body = {
        "type": "object",
        "required": required,
        "properties": {name: {"type": "string", "maxLength": 4096} for name in [*required, *optional]},
    }
    operation = {
        "tags": ["Signing in"],
        "summary": summary,
        "security": [],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": answers(422, schema=answer),
    }
    document(f"/api/v1/auth/{path}", "post", operation)
