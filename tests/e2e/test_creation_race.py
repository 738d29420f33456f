"""64 clients ask for the same 200 new users' keys, while one server process follows another."""
import random
import signal
import threading

import grpc
import pytest

from harness import paths
from harness.load import Load, StopLoad

CLIENTS = 64
USERS = [f"raced-{number}" for number in range(200)]


class Lives:
    """The server that is there now, for clients that have to follow it."""

    def __init__(self, rig):
        self._rig = rig
        self._news = threading.Condition()
        self._server = rig.start()
        self._life = 1

    def now(self):
        with self._news:
            return self._server, self._life

    def wait_for_another(self, life: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self._life > life, timeout=paths.PATIENCE)

    def begin_another(self, number: int) -> None:
        server, _ = self.now()
        server.send(number)
        server.wait()
        server = self._rig.start()
        with self._news:
            self._server = server
            self._life += 1
            self._news.notify_all()


class Racer:
    def __init__(self, rig, lives: Lives, number: int):
        self._rig = rig
        self._lives = lives
        self._life = 0
        self._client = None
        self._todo = random.Random(number).sample(USERS, len(USERS))
        self.answers: list[tuple[str, bytes, bool, int]] = []

    def ask_for_the_next(self) -> None:
        if not self._todo:
            raise StopLoad
        server, life = self._lives.now()
        if life != self._life:
            self._client, self._life = self._rig.client(server), life
        try:
            answer = self._client.user_key(self._todo[-1])
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAVAILABLE, error
            self._lives.wait_for_another(life)
            return
        self.answers.append((self._todo.pop(), answer.key, answer.created, life))


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_each_user_has_one_key(rig, ending):
    lives = Lives(rig)
    racers = [Racer(rig, lives, number) for number in range(CLIENTS)]
    load = Load(CLIENTS, lambda number: racers[number].ask_for_the_next())
    load.wait_for_rounds(CLIENTS * len(USERS) // 40)
    lives.begin_another(ending)
    load.wait_until_idle()
    load.join()

    answers = [answer for racer in racers for answer in racer.answers]
    assert len(answers) == CLIENTS * len(USERS)
    assert {life for *_, life in answers} == {1, 2}
    for user in USERS:
        mine = [answer for answer in answers if answer[0] == user]
        assert len({key for _, key, _, _ in mine}) == 1, user
        made = sum(created for _, _, created, _ in mine)
        assert made <= 1 if ending == signal.SIGKILL else made == 1, user
    assert len({key for _, key, _, _ in answers}) == len(USERS)
