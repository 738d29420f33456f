"""What the measurements of one run share: programs, folder, databases, settings, and what was measured."""
import json
import pathlib
import shutil
from typing import Callable

from goals import Measurements
from loads import Loads, Target, Targets
from machine import free_bytes
from programs import run
from servers import Fleet, Server, wait_until_serving
from settings import Settings
from touch import touch_all
from user_ids import user_id

BYTES_OF_DISK_PER_USER = 400  # a row, its log while it is written, and a token


class MeasurementFailed(RuntimeError):
    pass


class Session:
    def __init__(self, bin_folder: pathlib.Path, work: pathlib.Path, settings: Settings,
                 progress: Callable[[str], None]):
        self.bin = bin_folder
        self.work = work
        self.settings = settings
        self.loads = Loads(bin_folder)
        self.measured: Measurements = {}
        self.in_flight = 64  # at saturation; the sweep over concurrency sets it
        self.step = progress
        self._databases: dict[int, pathlib.Path] = {}
        self._master_key = Fleet.new_master_key()

    def fleet(self) -> Fleet:
        return Fleet(self.bin, self.work, self._master_key)

    def fleet_after_turnover(self) -> Fleet:
        """With a new master key; the one of this run may still be read."""
        previous = {"API_KEY_MASTER_KEY_PREVIOUS": self._master_key["API_KEY_MASTER_KEY"]}
        return Fleet(self.bin, self.work, Fleet.new_master_key() | previous)

    def keyward(self, fleet: Fleet, database: pathlib.Path, *flags: str, **options) -> Target:
        """keyward-server over that database, serving."""
        return serving(fleet.keyward(database, *flags, **options), database)

    def warm_keyward(self, fleet: Fleet, *flags: str, **options) -> Target:
        """keyward-server over a database of its own, with every user's key cached."""
        users = self.settings.users
        target = self.keyward(fleet, self.copy_of_users(users), *flags, **options)
        touch_all(target.address, users, options.get("credentials"))
        return target

    def echo(self, fleet: Fleet, response_bytes: int, kind: str = "async", **options) -> Target:
        """An empty server; the asynchronous one is the ceiling."""
        server = fleet.echo(kind, response_bytes, **options)
        return Target(server.address(), server, echo=True)

    def run(self, targets: Targets, mode: str, **options) -> list[dict]:
        """Figures of each target in each round."""
        defaults = {"users": self.settings.users, "warmup_seconds": self.settings.warmup_seconds}
        return self.loads.run(targets, mode, **(defaults | options))

    def users(self, count: int) -> pathlib.Path:
        """A database with so many users' keys; its tokens lie beside it. Made once."""
        if count not in self._databases:
            self.require_disk(count)
            path = self.work / f"users-{count}.db"
            self.step(f"filling a database with {count} users")
            self._keyward_bench("fill", f"--store=sqlite:{path}", f"--users={count}", f"--tokens={tokens_of(path)}")
            self._databases[count] = path
        return self._databases[count]

    def copy_of_users(self, count: int) -> pathlib.Path:
        """For whoever writes to it."""
        original = self.users(count)
        number = len(list(self.work.glob("copy-*.db")))
        copy = self.work / f"copy-{number}.db"
        shutil.copyfile(original, copy)
        tokens_of(copy).symlink_to(tokens_of(original))
        return copy

    def new_database(self, name: str) -> pathlib.Path:
        return self.work / f"{name}-{len(list(self.work.iterdir()))}.db"

    def forget(self, count: int) -> None:
        """Removes a database and its tokens, which can be large."""
        path = self._databases.pop(count)
        for file in self.work.glob(path.name + "*"):
            file.unlink()

    def names_of_users(self) -> pathlib.Path:
        path = self.work / "users.txt"
        if not path.exists():
            path.write_text("".join(user_id(index) + "\n" for index in range(self.settings.users)))
        return path

    def require_disk(self, users: int) -> None:
        needed = users * BYTES_OF_DISK_PER_USER * 2
        if free_bytes(self.work) < needed:
            raise MeasurementFailed(f"{self.work} has {free_bytes(self.work) >> 20} MiB free, and a database of "
                                    f"{users} users takes {needed >> 20} MiB: make room and run it again")

    def commit_each(self, seconds: float) -> float:
        """Keys per second where each has a commit of its own."""
        database = self.new_database("commit-each")
        printed = self._keyward_bench("commit-each", f"--store=sqlite:{database}", f"--seconds={seconds}")
        return json.loads(printed)["keys_per_second"]

    def _keyward_bench(self, *arguments: str) -> str:
        """Runs it with the master key of this run; what it prints."""
        return run([str(self.bin / "keyward-bench"), *arguments], self._master_key)


def serving(server: Server, database: pathlib.Path) -> Target:
    """keyward-server over the keys of that database, wherever they are stored."""
    tokens = tokens_of(database)
    return Target(wait_until_serving(server), server, tokens=tokens if tokens.exists() else None)


def tokens_of(database: pathlib.Path) -> pathlib.Path:
    return database.with_name(database.name + ".tokens")
