"""Owners and session tokens: how an installation with many learners keeps them apart."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Response, url_for
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from fer_core.api.callers import KeyNeeded, caller
from fer_core.api.documentation import READ, SECURITY, answers, ref
from fer_core.api.pagination import decode_cursor, encode_cursor
from fer_core.api.schemas.owners import (
    OwnerIn,
    OwnerOut,
    OwnerPage,
    OwnerPath,
    OwnersQuery,
    TokenIn,
    TokenOut,
)
from fer_core.api.services import json_response, owners_of, services
from fer_core.api.tokens import Token
from fer_core.errors import HistoryNotShrunk
from fer_core.storage.owners import Owner

owners = APIBlueprint(
    "owners",
    __name__,
    url_prefix="/api/v1/owners",
    abp_tags=[Tag(name="Owners", description="The learners of an installation, and their tokens")],
    abp_security=SECURITY,
)

_CREATED: dict[str, Any] = {
    "description": "The owner; its address is in Location",
    "headers": {
        "Location": {
            "description": "Address of the owner",
            "required": True,
            "schema": {"type": "string"},
        }
    },
    "content": {"application/json": {"schema": ref(OwnerOut)}},
}


def _key() -> str:
    """Return the key that asks.

    Raises:
        KeyNeeded: None was sent; tokens do not come this far.
    """
    if not caller().key_id:
        raise KeyNeeded
    return caller().key_id


def _owner_of(owner: Owner) -> OwnerOut:
    return OwnerOut(owner_id=owner.owner_id, reference=owner.reference, created_at=owner.created_at)


@owners.post("", operation_id="createOwner", responses=answers({201: _CREATED}, 413, 415, 503))
def create_owner(body: OwnerIn) -> Response:
    """Make an owner for a learner of yours

    Only this key may act for them: send their `owner_id` as `X-Owner` with any request. Under the
    same `reference` it is the same owner.
    """
    owner = owners_of(services().sessions).create(_key(), body.reference)
    response = json_response(_owner_of(owner), 201)
    response.headers["Location"] = url_for("owners.get_owner", owner_id=owner.owner_id)
    return response


@owners.get("", operation_id="listOwners", responses=answers({200: OwnerPage}, 503))
def list_owners(query: OwnersQuery) -> Response:
    """List the owners that this key has made, newest first, page by page"""
    after = None if query.cursor is None else decode_cursor(query.cursor)
    found = owners_of(services().sessions).all(_key(), after, query.limit + 1)
    page, more = found[: query.limit], len(found) > query.limit
    return json_response(
        OwnerPage(
            owners=[_owner_of(owner) for owner in page],
            next_cursor=encode_cursor(-page[-1].created_at, page[-1].owner_id) if more else None,
        )
    )


@owners.get("/<owner_id>", operation_id="getOwner", responses=answers({200: OwnerOut}, *READ))
def get_owner(path: OwnerPath) -> Response:
    """Show an owner"""
    return json_response(_owner_of(owners_of(services().sessions).get(path.owner_id, _key())))


@owners.delete("/<owner_id>", operation_id="deleteOwner", responses=answers({204: None}, *READ))
def delete_owner(path: OwnerPath) -> Response:
    """Erase an owner with all that is theirs; their session tokens end"""
    used = services()
    store, owner_id = owners_of(used.sessions), path.owner_id
    store.get(owner_id, _key())
    _erase(owner_id)
    store.remove(owner_id, _key())
    used.owners.forget(owner_id)
    _erase(owner_id)  # what a token has started meanwhile
    return Response(status=204)


def _erase(owner_id: str) -> None:
    used = services()
    with suppress(HistoryNotShrunk):
        used.sessions.erase_all(owner_id)
    used.creations.clear(owner_id)
    for job in used.videos.all(owner_id):
        used.videos.forget(job)


@owners.post(
    "/<owner_id>/tokens",
    operation_id="createToken",
    responses=answers({201: TokenOut}, 404, 413, 415, 503),
)
def create_token(path: OwnerPath, body: TokenIn) -> Response:
    """Make a session token for a browser: it gets this, and never the key

    It opens one session, or all that is the owner's, until it ends: thirty seconds to twelve hours,
    one hour unless said. Revoking the key, or erasing the owner, ends it at once.
    """
    used, key_id = services(), _key()
    owner = owners_of(used.sessions).get(path.owner_id, key_id)
    if body.session_id is not None:
        used.sessions.check(body.session_id, owner.owner_id)
    token = Token(
        owner.owner_id, body.session_id, key_id, round(used.clock() + body.expires_in_s, 3)
    )
    return json_response(
        TokenOut(
            token=used.tokens.sign(token),
            owner_id=token.owner,
            session_id=token.session_id,
            expires_at=token.expires_at,
        ),
        201,
    )
