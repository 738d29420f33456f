"""Threads that call the server until they are told to stop, or fail."""
import threading
from typing import Callable

from harness import paths


class Load:
    """Runs `work(worker)` in a loop on each of `workers` threads. Counts the rounds that were done."""

    def __init__(self, workers: int, work: Callable[[int], None]):
        self._work = work
        self._stop = threading.Event()
        self._news = threading.Condition()
        self._done = 0
        self._ended = 0
        self._errors: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run, args=(number,), daemon=True)
                         for number in range(workers)]
        for thread in self._threads:
            thread.start()

    def rounds(self) -> int:
        with self._news:
            return self._done

    def wait_for_rounds(self, count: int) -> None:
        with self._news:
            arrived = self._news.wait_for(lambda: self._done >= count or self._errors,
                                          timeout=paths.PATIENCE)
        assert arrived and not self._errors, self._errors

    def wait_for_rounds_or_end(self, count: int) -> None:
        """For work that something may end before."""
        with self._news:
            arrived = self._news.wait_for(
                lambda: self._done >= count or self._ended == len(self._threads), timeout=paths.PATIENCE)
        assert arrived, "neither done nor at its end"

    def wait_until_idle(self) -> None:
        """For work that has an end: every worker has raised StopLoad."""
        for thread in self._threads:
            thread.join(timeout=paths.PATIENCE)

    def join(self) -> None:
        """Ends the load; what a worker raised is raised here."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=paths.PATIENCE)
            assert not thread.is_alive(), "a call never ended"
        if self._errors:
            raise self._errors[0]

    def _run(self, number: int) -> None:
        try:
            while not self._stop.is_set():
                self._work(number)
                with self._news:
                    self._done += 1
                    self._news.notify_all()
        except StopLoad:
            pass
        except BaseException as error:  # noqa: BLE001 -- told to the test by join()
            with self._news:
                self._errors.append(error)
        finally:
            with self._news:
                self._ended += 1
                self._news.notify_all()


class StopLoad(Exception):
    """Raised by a worker that has nothing more to do."""
