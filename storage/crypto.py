"""Encryption at rest: what is personal is sealed before it reaches the database."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_UNNAMED = b"\x01"  # the first format: does not say which key sealed it
_NAMED = b"\x02"
_KEY_ID = 4
_NONCE = 12


class BadKey(Exception):
    """The secret key does not open what is stored."""


class UnknownKey(BadKey):
    """Something is sealed with a key this program was not given: give it as JINLIN_OLD_SECRET_KEY and start again."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A personal value as it is stored: opaque, and never printed."""

    token: bytes

    def __repr__(self) -> str:
        return "Sealed(…)"


class _Key:
    """What follows from one secret key."""

    def __init__(self, name: str, text: str) -> None:
        try:
            raw = base64.urlsafe_b64decode(text)
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != 32:
            raise BadKey(f"{name} must be 32 bytes in URL-safe base64; `jinlin keygen` prints one")
        self.aead = AESGCM(hmac.digest(raw, b"seal", "sha256"))
        self.hash_key = hmac.digest(raw, b"hash", "sha256")
        self.fingerprint = hmac.new(self.hash_key, b"fingerprint", hashlib.sha256).hexdigest()[:16]
        self.id = bytes.fromhex(self.fingerprint)[:_KEY_ID]


class Cipher:
    """AES-256-GCM over values, and a keyed hash for look-ups, both from one secret key.

    While a key is changed the old ones still open what they sealed; the new one alone seals.
    A token is: version, key id (4 bytes), nonce (12 bytes), ciphertext; the first two are authenticated with it.
    """

    def __init__(self, key: str, *, old: Sequence[str] = ()) -> None:
        """`key`, `old`: 32 bytes in URL-safe base64 each, as `jinlin keygen` prints. Raises BadKey."""
        self._key = _Key("JINLIN_SECRET_KEY", key)
        self._keys = [self._key, *(_Key("each of JINLIN_OLD_SECRET_KEY", one) for one in old)]
        self._aeads = {one.id: one.aead for one in reversed(self._keys)}
        self.mark = _NAMED + self._key.id
        """What every token begins with that this key sealed."""

    @property
    def fingerprint(self) -> str:
        """Tells one key from another without telling the key."""
        return self._key.fingerprint

    @property
    def fingerprints(self) -> frozenset[str]:
        """Those of every key that this cipher opens with."""
        return frozenset(one.fingerprint for one in self._keys)

    def seal(self, value: object) -> Sealed:
        """Seal a JSON value (usually a str or a dict)."""
        nonce = os.urandom(_NONCE)
        return Sealed(self.mark + nonce + self._key.aead.encrypt(nonce, orjson.dumps(value), self.mark))

    def open(self, token: bytes) -> object:
        """Open a sealed JSON value. Raises BadKey; UnknownKey when another key sealed it."""
        value: object = orjson.loads(self._plain(token))
        return value

    def reseal(self, token: bytes) -> Sealed:
        """The same value, sealed by the key of now. Raises BadKey."""
        return self.seal(self.open(token))

    def _plain(self, token: bytes) -> bytes:
        if token[:1] == _NAMED and len(token) > len(self.mark) + _NONCE:
            head, aead = len(self.mark), self._aeads.get(token[1 : len(self.mark)])
            if aead is None:
                raise UnknownKey
            aeads = [aead]
        elif token[:1] == _UNNAMED and len(token) > 1 + _NONCE:
            head, aeads = 1, [one.aead for one in self._keys]
        else:
            raise BadKey("a sealed value was damaged, or not written by us")
        for aead in aeads:
            try:
                return aead.decrypt(token[head : head + _NONCE], token[head + _NONCE :], token[:head])
            except InvalidTag:
                continue
        raise BadKey("JINLIN_SECRET_KEY does not open what is stored in this database")

    def hash(self, value: str) -> bytes:
        """The keyed hash by which a sealed value (a phone number) is found again."""
        return hmac.digest(self._key.hash_key, value.encode(), "sha256")

    def digest(self, value: bytes) -> str:
        """Sixteen characters by which a value is known again; without the key they tell nothing of it."""
        return hashlib.blake2b(value, key=self._key.hash_key, digest_size=8).hexdigest()

    def hashes(self, value: str) -> list[bytes]:
        """That hash by the key of now and by every old one: what is looked for while a key is changed."""
        return [hmac.digest(one.hash_key, value.encode(), "sha256") for one in self._keys]


def new_key() -> str:
    """A fresh secret key, 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()
