"""The Python module at work: asks for users' keys as it does, in a process of its own.

    python3 mint.py FILE SEED USER…     the KEK in base64 on standard input; a line "USER HEX" for each
"""
import base64
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import legacy  # noqa: E402


def main(path: str, seed: str, users: list[str]) -> None:
    kek = base64.b64decode(sys.stdin.readline())
    random.Random(seed).shuffle(users)
    connection = legacy.connect(path)
    for user in users:
        print(user, legacy.get_or_create_user_key(connection, kek, user).hex(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
