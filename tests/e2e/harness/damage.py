"""Stores with damage in them, and what KeyAdminService says of it."""
import os

from harness import formats, rows
from harness.rig import Rig


def damaged(rig: Rig) -> dict[str, str]:
    """A store with one row of each kind of damage; whom it hits."""
    other = os.urandom(32)
    server = rig.start()
    client = rig.client(server)
    for name in ("fine", "bits", "moved", "format", "state", "foreign", "headless"):
        client.encrypt(name, b"x")
    assert rig.end(server) == 0
    with rows.edit(rig.store) as database:
        rows.set_wrapped(database, "bits", bytes(60))
        rows.set_wrapped(database, "moved", rows.wrapped(database, "fine"))
        rows.set_version(database, "format", 1, wrap_format=9)
        rows.set_version(database, "state", 1, state=9)
        rows.set_version(database, "foreign", 1, kek_id=formats.kek_id(other))
        rows.set_user(database, "headless", primary_version=5)
    return {"bits": "STORED_KEY_CORRUPT", "moved": "STORED_KEY_CORRUPT", "format": "ROW_MALFORMED",
            "state": "STATE_UNKNOWN", "foreign": "KEK_NOT_LOADED", "headless": "PRIMARY_MISSING"}


def faults_of(answer) -> dict[str, str]:
    assert all(fault.count == len(fault.user_ids) for fault in answer.faults)
    return {user: fault.fault for fault in answer.faults for user in fault.user_ids}
