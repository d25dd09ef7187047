"""SHA-256 without OpenSSL: loading that library would cost each `status` a tenth of its time.

The standard library's `random` takes the same short cut, for the same reason. Where there is much to hash, as with
a picture, OpenSSL is several times quicker and worth its loading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        from _sha2 import sha256
    except ImportError:
        try:
            from _sha256 import sha256  # Python 3.11
        except ImportError:
            from hashlib import sha256


_MUCH = 1_000_000  # bytes


def hex_of(content: bytes) -> str:
    """The SHA-256 of `content`, in hex."""
    if len(content) < _MUCH:
        return sha256(content).hexdigest()
    import hashlib

    return hashlib.sha256(content).hexdigest()
