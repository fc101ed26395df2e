"""Field encryption and the keyed hash by which a phone number is found again.

Numbers, names and answers are stored as AES-256-GCM ciphertext bound to their table and row (additional
data), with the version of the key that made them. Looking a number up goes by HMAC-SHA256: a plain hash of
ten digits could be reversed by trying them all. What is searched by less than the whole (a name as it sounds,
four digits) goes by ``blind``: a keyed hash cut so short that many people share it.
"""

import hashlib
import hmac
import json
import os
from base64 import b64decode, b64encode
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from callsvc.core.errors import Invalid


class Keyring:
    """Keys by version; the highest encrypts, all decrypt.

    ``CALLSVC_DATA_KEYS`` is ``1:<base64 of 32 bytes>[,2:...]``, ``CALLSVC_LOOKUP_KEY`` base64 of 32 bytes.
    """

    def __init__(self, keys: dict[int, bytes], lookup_key: bytes) -> None:
        if not keys or any(len(key) != 32 for key in keys.values()) or len(lookup_key) != 32:
            raise Invalid(
                "bad-data-key", "CALLSVC_DATA_KEYS and CALLSVC_LOOKUP_KEY need keys of 32 bytes in base64."
            )
        self._aead = {version: AESGCM(key) for version, key in keys.items()}
        # HMAC-SHA256 (RFC 2104) with its two paddings hashed beforehand: a fourth of the time of
        # `hmac.digest`, and a list has a million numbers.
        padded = lookup_key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
        self._keys = dict(keys)
        self._blind_keys: dict[tuple[int, str], bytes] = {}
        self.version = max(keys)
        self._newest = self._aead[self.version]
        self._head = self.version.to_bytes(2, "big")

    @classmethod
    def parse(cls, data_keys: str, lookup_key: str) -> "Keyring":
        try:
            keys = {
                int(version): b64decode(key)
                for version, key in (part.split(":", 1) for part in data_keys.split(","))
            }
            return cls(keys, b64decode(lookup_key))
        except ValueError as error:
            raise Invalid(
                "bad-data-key",
                "CALLSVC_DATA_KEYS must read 1:<base64>[,2:<base64>], CALLSVC_LOOKUP_KEY base64.",
            ) from error

    @staticmethod
    def new_key() -> str:
        """A fresh random key in base64, for a first set-up."""
        return b64encode(os.urandom(32)).decode()

    def fingerprint(self, e164: str) -> bytes:
        """The keyed hash (32 bytes) under which a number is unique."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(e164.encode())
        outer.update(inner.digest())
        return outer.digest()

    @property
    def versions(self) -> tuple[int, ...]:
        """Every key that may have made something stored, the newest first."""
        return tuple(sorted(self._keys, reverse=True))

    def blind(self, kind: str, text: str, bits: int, version: int | None = None) -> int:
        """A keyed hash of so many bits (32 at most), with a key of its own for each kind and key version.

        The key is HMAC-SHA256(data key, "blind index " + kind): a data key is uniform, so that one step of
        HKDF (expand, RFC 5869) is enough, and terms of two kinds cannot be compared.
        """
        version = self.version if version is None else version
        key = self._blind_keys.get((version, kind))
        if key is None:
            key = hmac.digest(self._keys[version], f"blind index {kind}\x01".encode(), hashlib.sha256)
            self._blind_keys[version, kind] = key
        return int.from_bytes(hmac.digest(key, text.encode(), hashlib.sha256)[:4], "big") >> (32 - bits)

    def encrypt(self, text: str, bound_to: str) -> bytes:
        """Ciphertext that only decrypts with the same ``bound_to``, such as ``"contact.name:ctc12"``."""
        return self.encrypt_bytes(text.encode(), bound_to)

    def encrypt_bytes(self, content: bytes, bound_to: str, nonce: bytes = b"") -> bytes:
        """The same for a piece of a file.

        ``nonce`` is 12 bytes of chance used for this and never again: whoever encrypts thousands of values
        draws them all at once.
        """
        nonce = nonce or os.urandom(12)
        return self._head + nonce + self._newest.encrypt(nonce, content, bound_to.encode())

    def decrypt(self, ciphertext: bytes, bound_to: str) -> str:
        return self.decrypt_bytes(ciphertext, bound_to).decode()

    def decrypt_bytes(self, ciphertext: bytes, bound_to: str) -> bytes:
        version = int.from_bytes(ciphertext[:2], "big")
        if version not in self._aead:
            raise Invalid("data-key-missing", f"The data key of version {version} is not configured.")
        try:
            return self._aead[version].decrypt(ciphertext[2:14], ciphertext[14:], bound_to.encode())
        except InvalidTag as error:
            raise Invalid(
                "ciphertext-rejected", "A stored value does not belong to its row or its key."
            ) from error

    def encrypt_json(self, value: Any, bound_to: str) -> bytes:
        return self.encrypt(json.dumps(value, ensure_ascii=False, separators=(",", ":")), bound_to)

    def decrypt_json(self, ciphertext: bytes, bound_to: str) -> Any:
        return json.loads(self.decrypt(ciphertext, bound_to))
