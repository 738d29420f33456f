#!/usr/bin/env python3
"""What a batch is compared with: the Python module's `encrypt` in a loop in one process.

    python_loop.py [--seconds 1] [--rounds 3] [--plaintext_bytes 128]

Prints one JSON object: values per second, for each round.
"""
import argparse
import json
import os
import time

from python_formats import KEY_BYTES, encrypt

CALLS_BETWEEN_LOOKS = 1000  # at the clock


def values_per_second(seconds: float, plaintext: str) -> float:
    key = os.urandom(KEY_BYTES)
    done = 0
    start = time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        for _ in range(CALLS_BETWEEN_LOOKS):
            encrypt(plaintext, key)
        done += CALLS_BETWEEN_LOOKS
    return done / elapsed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plaintext_bytes", type=int, default=128)
    options = parser.parse_args()
    plaintext = "x" * options.plaintext_bytes
    values_per_second(0.1, plaintext)
    rounds = [values_per_second(options.seconds, plaintext) for _ in range(options.rounds)]
    print(json.dumps({"values_per_second": [round(each) for each in rounds]}))


if __name__ == "__main__":
    main()
