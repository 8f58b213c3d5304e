"""Personal data at rest: authenticated encryption of columns and files, and look-up by keyed hash.

A stored value is `version byte | 12-byte nonce | ciphertext`, sealed with AES-256-GCM. The name of
its column is authenticated with it, so that a value moved to another column does not open.
"""

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary, TypeDecorator

_VERSION = b"\x01"
_keys: dict[str, bytes] = {}


def use_key(data_key: bytes) -> None:
    """Derive the keys of this process from DATA_KEY (32 bytes)."""
    for purpose in ("values", "look-up", "receipts"):
        derivation = HKDF(hashes.SHA256(), length=32, salt=None, info=purpose.encode())
        _keys[purpose] = derivation.derive(data_key)


def seal(plain: bytes, context: str) -> bytes:
    nonce = os.urandom(12)
    return _VERSION + nonce + AESGCM(_keys["values"]).encrypt(nonce, plain, context.encode())


def unseal(sealed: bytes, context: str) -> bytes:
    """Raises cryptography's InvalidTag when the value was altered or belongs to another context."""
    nonce, ciphertext = sealed[1:13], sealed[13:]
    return AESGCM(_keys["values"]).decrypt(nonce, ciphertext, context.encode())


def look_up_key(value: str, purpose: str) -> str:
    """A keyed hash by which a row is found without storing the value itself (64 hex digits)."""
    return hmac.new(_keys["look-up"], f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()


def derive(purpose: str, value: str) -> bytes:
    """32 bytes that only this installation can compute again from `value`."""
    return hmac.new(_keys["receipts"], f"{purpose}:{value}".encode(), hashlib.sha256).digest()


class EncryptedText(TypeDecorator[str]):
    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        return None if value is None else seal(value.encode(errors="replace"), self.context)

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        return None if value is None else unseal(value, self.context).decode()


class EncryptedJSON(TypeDecorator[Any]):
    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        if value is None:
            return None
        return seal(json.dumps(value).encode(), self.context)

    def process_result_value(self, value: bytes | None, dialect: Any) -> Any:
        return None if value is None else json.loads(unseal(value, self.context))
