#!/usr/bin/env python3
"""How long `keyward migrate redis` takes, with Redis, server and command on this machine.

    python3 bench/migration.py [VALUES [USERS]]     100000 values of 51 bytes, of 10000 users, unless told

It takes the programs of build/release (KEYWARD_BIN names another folder) and a redis-server, works in a
temporary folder, and prints a line for each step. Every user is new to the server.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from programs import BOUND_TO_US, clean_environment, run
from servers import Fleet, Server, wait_until_serving

BIN = pathlib.Path(os.environ.get("KEYWARD_BIN") or pathlib.Path(__file__).resolve().parents[1] / "build/release/bin")
RULE = "string app:{user_id}:*"
# As long as a common API key.
FILL = "for i = 1, ARGV[1] do redis.call('SET', 'app:u' .. i % ARGV[2] .. ':' .. i, string.format('sk-%048d', i)) end"


def start_redis(fleet: Fleet) -> str:
    socket = fleet.work / "redis.sock"
    server = Server("redis-server", ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", ""], {})
    fleet.callback(server.stop)
    server.wait_for(lambda: any("eady to accept connections" in line for line in server.lines))
    return str(socket)


def peak_bytes(pid: int) -> int:
    """0 once it has ended."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 if "VmHWM:" in status else 0


def step(name: str, address: str, socket: str, *arguments: str) -> None:
    command = [str(BIN / "keyward"), "--address", address, "--deadline", "60s", "--json", "migrate", "redis",
               "--redis", f"unix:{socket}", "--rule", RULE, *arguments]
    begin, peak = time.monotonic(), 0
    with subprocess.Popen([*BOUND_TO_US, *command], env=clean_environment(), stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = max(peak, peak_bytes(process.pid))
            time.sleep(0.05)
        seconds = time.monotonic() - begin
        report = json.load(process.stdout)
    if process.returncode:
        sys.exit(f"{name} ended with status {process.returncode}")
    values = report["total"]["values"]
    print(f"{name:<10} {values} values in {seconds:.1f} s, {values / seconds:.0f}/s, {peak >> 20} MiB at most")


def main(values: int, users: int) -> None:
    with tempfile.TemporaryDirectory(prefix="keyward-") as work, \
            Fleet(BIN, pathlib.Path(work), Fleet.new_master_key()) as fleet:
        socket = start_redis(fleet)
        run(["redis-cli", "-s", socket, "eval", FILL, "0", str(values), str(users)])
        address = wait_until_serving(fleet.keyward(fleet.work / "keys.db"))
        step("dry run", address, socket)
        step("apply", address, socket, "--apply")
        step("again", address, socket, "--apply")
        step("verify", address, socket, "--verify")
        step("rollback", address, socket, "--rollback", "--apply")


if __name__ == "__main__":
    main(*map(int, (sys.argv[1:] + ["100000", "10000"][len(sys.argv) - 1:])[:2]))
