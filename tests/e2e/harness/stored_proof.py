"""What is in a server's files after its end, read by other programs than the server."""
import sqlite3
import subprocess

from harness import formats, paths
from harness.rig import Rig


def prove_database(rig: Rig, keys: dict[str, bytes]) -> None:
    """It is sound, has one key for each user, and that is the one that was answered."""
    connection = sqlite3.connect(rig.store)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    stored = connection.execute("SELECT user_id, version, wrapped_key FROM user_keys").fetchall()
    connection.close()
    assert len({user for user, *_ in stored}) == len(stored), "a user has two keys"
    opened = {user: formats.unwrap(rig.kek, wrapped, version, user) for user, version, wrapped in stored}
    for user, key in keys.items():
        assert opened[user] == key, user


def prove_audit_log(rig: Rig) -> None:
    """Its files are one unbroken chain."""
    older = sorted(rig.directory.glob("audit.log.*.*"), key=lambda path: int(path.name.rsplit(".", 1)[1]))
    checked = subprocess.run(
        [paths.cli(), "audit", "verify", *older, rig.directory / "audit.log"], capture_output=True, text=True,
        env={"API_KEY_MASTER_KEY": formats.kek_text(rig.kek)})
    assert checked.returncode == 0, checked.stdout[-2000:] + checked.stderr[-2000:]
