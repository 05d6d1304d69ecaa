"""The parts of the OpenAPI document that are not declared by resources: OAuth, and uploaded files."""

from typing import Any

from inbox_mock.api.openapi_schemas import reference
from inbox_mock.domain.access import ALL_SCOPES

JSON = dict[str, Any]
TEXT: JSON = {"type": "string"}
GUIDE: JSON = {"x-fidelity": "documented", "x-source": "/reference/authorization"}

TAG: JSON = {"name": "oauth", "description": "Tokens: /reference/authorization"}
SECURITY: JSON = {
    "type": "http",
    "scheme": "bearer",
    "description": "An access token, as /oauth/token issues it. The sandbox `default` knows the token `demo`, which has every scope.",
}

_GRANT: JSON = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "enum": ["authorization_code", "refresh_token", "client_credentials"]},
        **dict.fromkeys(("client_id", "client_secret", "code", "redirect_uri", "code_verifier", "refresh_token", "scope"), TEXT),
    },
}
_TOKEN: JSON = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope", "created_at"],
    "properties": {
        "access_token": TEXT,
        "token_type": {"type": "string", "const": "bearer"},
        "expires_in": {"type": "integer"},
        "refresh_token": TEXT,
        "scope": TEXT,
        "created_at": {"type": "integer", "description": "Unix seconds of the sandbox's clock"},
    },
}
_REFUSED: JSON = {"type": "object", "required": ["error", "error_description"], "properties": {"error": TEXT, "error_description": TEXT}}
SCHEMAS = {"TokenRequest": _GRANT, "Token": _TOKEN, "TokenRefusal": _REFUSED}
_AUTHORIZE: list[JSON] = [
    {"name": "client_id", "in": "query", "required": True, "schema": TEXT},
    {"name": "redirect_uri", "in": "query", "required": True, "schema": TEXT},
    {"name": "response_type", "in": "query", "required": True, "schema": {"type": "string", "enum": ["code", "token"]}},
    {"name": "scope", "in": "query", "description": f"Separated by spaces, of: {', '.join(ALL_SCOPES)}.", "schema": TEXT},
    {"name": "state", "in": "query", "schema": TEXT},
    {"name": "account_id", "in": "query", "schema": TEXT},
    {"name": "code_challenge", "in": "query", "description": "PKCE (assumed: as in Doorkeeper).", "schema": TEXT},
    {"name": "code_challenge_method", "in": "query", "schema": {"type": "string", "enum": ["S256", "plain"]}},
]
_PAGES: JSON = {
    "200": {"description": "A page for the person who decides.", "content": {"text/html": {"schema": TEXT}}},
    "302": {"description": "Back to the redirect URI; without asking, where the application was authorised before for these scopes."},
    "400": {
        "description": "The request cannot be answered with a redirect; the page says why.",
        "content": {"text/html": {"schema": TEXT}},
    },
    "401": {"description": "The client is unknown.", "content": {"text/html": {"schema": TEXT}}},
    "403": {"description": "The page of another site posted this.", "content": {"text/html": {"schema": TEXT}}},
}
_DECISION: JSON = {"type": "string", "enum": ["approve", "deny"]}
_UPLOAD = {"sandbox_id": "000000000000", "attachment_id": "1", "name": "file.pdf"}
"""Of the first attachment in the first sandbox of the agency."""
_FORM = "application/x-www-form-urlencoded"
_CONSENT: JSON = {
    "type": "object",
    "required": ["client_id", "redirect_uri", "response_type", "decision"],
    "properties": {parameter["name"]: parameter["schema"] for parameter in _AUTHORIZE} | {"decision": _DECISION},
}


def _authorize(name: str, summary: str) -> JSON:
    body: JSON = {} if name == "authorize" else {"requestBody": {"required": True, "content": {_FORM: {"schema": _CONSENT}}}}
    return {
        **body,
        "operationId": name,
        "summary": summary,
        "description": "The page comes from the fake; with `state` and `scope` as the client sent them, it leads back to the redirect URI.",
        "tags": ["oauth"],
        "security": [],
        "parameters": _AUTHORIZE if name == "authorize" else [],
        "responses": _PAGES,
        **GUIDE,
    }


PATHS: dict[str, JSON] = {
    "/oauth/authorize": {
        "get": _authorize("authorize", "Ask a person for consent"),
        "post": _authorize("consent", "Give consent, or deny it"),
    },
    "/oauth/token": {
        "post": {
            "operationId": "issue_token",
            "summary": "Exchange a code, a refresh token or client credentials for an access token",
            "tags": ["oauth"],
            "security": [],
            "description": "Parameters may also come in the query, the client's id and secret by HTTP Basic; assumed: all as JSON. "
            "Of a repeated parameter the last value counts (assumed: so does Rack, by which the service reads forms).",
            "requestBody": {"required": True, "content": {_FORM: {"schema": reference("TokenRequest")}}},
            "responses": {
                "200": {"description": "A token.", "content": {"application/json": {"schema": reference("Token")}}},
                "400": {
                    "description": "Refused with `assume: {token_refusal_status: 400}`, unless the client does not authenticate.",
                    "content": {"application/json": {"schema": reference("TokenRefusal")}},
                },
                "401": {
                    "description": "Refused; `error` tells why.",
                    "content": {"application/json": {"schema": reference("TokenRefusal")}},
                },
            },
            **GUIDE,
        }
    },
    "/uploads/{sandbox_id}/{attachment_id}/{name}": {
        "get": {
            "operationId": "get_upload",
            "summary": "Get an attachment's file, without a token",
            "description": "`url` of an attachment leads here.",
            "tags": ["attachments"],
            "security": [],
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {**TEXT, "pattern": "^[^/]+$"}, "example": found}
                for name, found in _UPLOAD.items()
            ],
            "responses": {
                "200": {"description": "The file.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
                "404": {
                    "description": "There is no such file.",
                    "content": {"application/vnd.api+json": {"schema": reference("Errors")}},
                },
            },
            "x-fidelity": "assumed",
            "x-source": "recorded addresses begin with /uploads; the rest of the path is ours",
        }
    },
}
