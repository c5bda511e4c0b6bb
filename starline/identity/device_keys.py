"""The keys under which people's phones keep what they carry.

A key is never stored here: it follows from the agency's own secret, the person and the device, so that the same person
gets it again after signing in, and nobody after the agency's keys were destroyed. On the phone it is thrown away when
the phone locks or the person signs out; what lies there then is closed.
"""

from uuid import UUID

from starline.core import crypto


def device_key(user_id: int, device_id: UUID) -> bytes:
    """The 32 bytes of the person's key on this device."""
    return bytes.fromhex(crypto.blind_index(f"device key|{user_id}|{device_id}"))
