"""Encryption at rest: what is personal is sealed before it reaches the database."""

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"\x01"
_NONCE = 12


class BadKey(Exception):
    """The secret key does not open what is stored."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A personal value as it is stored: opaque, and never printed."""

    token: bytes

    def __repr__(self) -> str:
        return "Sealed(…)"


class Cipher:
    """AES-256-GCM over values, and a keyed hash for look-ups, both from one secret key."""

    def __init__(self, key: str) -> None:
        """`key`: 32 bytes in URL-safe base64, as `jinlin keygen` prints. Raises BadKey."""
        try:
            raw = base64.urlsafe_b64decode(key)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != 32:
            raise BadKey("JINLIN_SECRET_KEY must be 32 bytes in URL-safe base64; `jinlin keygen` prints one")
        self._aead = AESGCM(hmac.digest(raw, b"seal", "sha256"))
        self._hash_key = hmac.digest(raw, b"hash", "sha256")

    @property
    def fingerprint(self) -> str:
        """Tells one key from another without telling the key."""
        return hmac.new(self._hash_key, b"fingerprint", hashlib.sha256).hexdigest()[:16]

    def seal(self, value: object) -> Sealed:
        """Seal a JSON value (usually a str or a dict)."""
        nonce = os.urandom(_NONCE)
        return Sealed(_VERSION + nonce + self._aead.encrypt(nonce, orjson.dumps(value), _VERSION))

    def open(self, token: bytes) -> object:
        """Open a sealed JSON value. Raises BadKey."""
        try:
            plain = self._aead.decrypt(token[1 : 1 + _NONCE], token[1 + _NONCE :], token[:1])
        except (InvalidTag, ValueError) as error:
            raise BadKey("JINLIN_SECRET_KEY does not open what is stored in this database") from error
        value: object = orjson.loads(plain)
        return value

    def hash(self, value: str) -> bytes:
        """The keyed hash by which a sealed value (a phone number) is found again."""
        return hmac.digest(self._hash_key, value.encode(), "sha256")


def new_key() -> str:
    """A fresh secret key, 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()
