"""The way out in our last mail, which is written long after the token of the first one was lost.

Of that token we keep a hash. The new link is this hash with the server's own signature: it leads to
the same row, so both links work until the address is erased. Nobody who reads the database can
make one, since the key of the signature is not in it.
"""

from hashlib import sha256

from flask import current_app
from itsdangerous import BadSignature, Signer

SALT = "wbtest.closing"


def link_token(token_hash: str) -> str:
    """Return what stands for the token in a link to the sign-up of this hash; always the same."""
    return _signer().sign(token_hash).decode()


def hash_of(token: str) -> str:
    """Return the hash under which the sign-up is kept, for the first mail's token or the last's."""
    try:
        return _signer().unsign(token.encode("utf-8", "replace")).decode()
    except BadSignature:
        return sha256(token.encode("utf-8", "replace")).hexdigest()


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt=SALT)
