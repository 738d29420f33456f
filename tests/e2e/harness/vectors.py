"""Known answers: this repository's own, and the independent reference's where ../shared is there."""
import base64
import json
import pathlib
import shutil
from typing import Any

from harness import legacy, paths


class Vectors:
    def __init__(self, data: dict[str, Any], database: pathlib.Path | None):
        self.data = data
        self.kek = base64.urlsafe_b64decode(data["master_key"])
        self._database = database

    def __getitem__(self, name: str) -> Any:
        return self.data[name]

    def write_database(self, path: pathlib.Path) -> None:
        """The Python module's database that goes with the vectors, as a file of the caller's own."""
        if self._database is not None:
            shutil.copyfile(self._database, path)
            return
        legacy.write(path, [(row["user_id"], bytes.fromhex(row["encrypted_key"]), row["created_at"])
                            for row in self.data["legacy_rows"]])


def load(source: str) -> Vectors:
    if source == "own":
        return Vectors(json.loads((paths.VECTORS / "vectors.json").read_text("utf-8")), None)
    seed = paths.require_shared_seed()
    return Vectors(json.loads((seed / "vectors.json").read_text("utf-8")), seed / "legacy_keys.db")
