"""The Python module at work: asks for users' keys as it does, in a process of its own.

    python3 mint.py FILE     standard input: the KEK in base64, then a user a line
                             standard output: a line "USER HEX" for each
"""
import base64
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import legacy  # noqa: E402


def main(path: str) -> None:
    kek = base64.b64decode(sys.stdin.readline())
    connection = legacy.connect(path)
    for line in sys.stdin:
        user = line.rstrip("\n")
        print(user, legacy.get_or_create_user_key(connection, kek, user).hex(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
