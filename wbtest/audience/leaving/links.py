"""The tokens in our mails: what leads to one sign-up, and to nobody who only reads the database.

All mails of a page to one address carry the same token, so the links of an older mail work as long
as those of the newest: who wants to leave by the first one leaves. We keep a hash of it. Our last
mail is written long afterwards: its link is this hash with the server's own signature, and leads to
the same row. The server's key, without which nobody makes either, is not in the database.
"""

import hmac
from functools import lru_cache
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_encode

from wbtest.audience.models import Signup
from wbtest.publishing.models import Experiment

SALT = "wbtest.closing"
SIGN_UP_SALT = "wbtest.sign-up"


def sign_up_token(identity_key: bytes, email_key: str, secret: str) -> str:
    """Return the token for the mails of the page with this key to this address; always the same.

    ``secret`` is the server's key.
    """
    key = _sign_up_key(secret)
    whom = f"{identity_key.hex()}:{email_key}".encode()
    return base64_encode(hmac.digest(key, whom, "sha256")).decode()


def hash_of_new(token: str) -> str:
    """Return the same as ``hash_of`` for a token that was just made and so carries no signature."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def link_token(token_hash: str) -> str:
    """Return what stands for the token in a link to the sign-up of this hash; always the same."""
    return _signer().sign(token_hash).decode()


def hash_of(token: str) -> str:
    """Return the hash under which the sign-up is kept, for the first mail's token or the last's."""
    try:
        return _signer().unsign(token.encode("utf-8", "replace")).decode()
    except BadSignature:
        return hash_of_new(token)


def leads_to(token_hash: str) -> sa.ColumnElement[bool]:
    """Whether a sign-up is the one to which links with the token of this hash lead.

    A link names no experiment, and every key of an event begins with one: so each of them is asked.
    """
    experiments = sa.select(Experiment.id)
    return sa.and_(Signup.experiment_id.in_(experiments), Signup.token_hash == token_hash)


def _signer() -> Signer:
    return _made(current_app.config["SECRET_KEY"], SALT)


@lru_cache(maxsize=8)
def _made(secret: str, salt: str, digest_method: Any = None) -> Signer:
    """Made once: to make one takes longer than to sign."""
    return Signer(secret, salt=salt, digest_method=digest_method)


@lru_cache(maxsize=8)
def _sign_up_key(secret: str) -> bytes:
    """The key of the signer of sign-ups, which would derive it anew for each of them."""
    return _made(secret, SIGN_UP_SALT, sha256).derive_key()
