"""The secret of a second factor as it is stored: encrypted under a key made from the server's own.

Whoever has a copy of the database, and not the server's key, can make no codes with it. With
another key no secret can be read any more: then `wbtest user second-factor-off` lets people in.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from wbtest.runtime import runtime

_NONCE = 12


def encrypt(secret: str, person_id: int) -> str:
    """Return the secret as it is stored; in another person's row it cannot be read."""
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(_key()).encrypt(nonce, secret.encode(), _for(person_id))
    return base64.b64encode(nonce + sealed).decode()


def decrypt(stored: str, person_id: int) -> str | None:
    """Return the secret, or None when it was stored under another key."""
    raw = base64.b64decode(stored)
    try:
        return AESGCM(_key()).decrypt(raw[:_NONCE], raw[_NONCE:], _for(person_id)).decode()
    except InvalidTag:
        return None


def _key() -> bytes:
    server_key = runtime().settings.secret_key
    made_for = b"wbtest second factor"
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=made_for).derive(server_key.encode())


def _for(person_id: int) -> bytes:
    return f"person {person_id}".encode()
