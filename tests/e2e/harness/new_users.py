"""A caller who never stops to bring new users."""
import threading

import grpc
from harness.rpc import Client


class NewUsers:
    """Makes one user after the other until it is told to stop, and keeps those who were acknowledged."""

    def __init__(self, client: Client, prefix: str):
        self.tokens: dict[str, str] = {}
        self._client, self._prefix = client, prefix
        self._answered_in_a_row = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def running_well(self) -> bool:
        """Whether the latest hundred were all answered."""
        return self._answered_in_a_row >= 100

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            user = f"{self._prefix}-{number}"
            try:
                self.tokens[user] = self._client.encrypt(user, user.encode()).token
                self._answered_in_a_row += 1
            except grpc.RpcError:
                self._answered_in_a_row = 0
                self._stop.wait(0.01)  # as a client does that is told to try again later

    def stop(self) -> dict[str, str]:
        self._stop.set()
        self._thread.join()
        return self.tokens
