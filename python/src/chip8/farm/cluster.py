"""Jobs on a Ray cluster: actors that hold the library, batches of jobs, and rows in their order."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

import ray

from chip8.farm import Options, rows
from chip8.farm.results import Jobs, Results

#: How many batches an actor has at a time, so that it is not idle while rows travel.
_AHEAD = 2
#: For each actor, how many batches may be done that wait for those before them.
_WAITING = 6


@ray.remote(num_cpus=1)
class _Worker:
    """Runs batches. It keeps nothing between them, so any other one can run the same batch again."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def begin(self) -> None:
        """Comes back when it is ready."""

    def rows(self, jobs: bytes) -> tuple[bytes, int]:
        return rows(jobs, self._options)


class _Run:
    """What is going on: actors, those that are starting, and the batches that each of them has."""

    def __init__(self, jobs: Jobs, options: Options, first: int, actors: int, batch: int) -> None:
        self._jobs = jobs
        self._options = options
        self._batch = batch
        self._most = actors * _WAITING
        self._numbers = itertools.count()
        self._workers: dict[int, ray.actor.ActorHandle] = {}
        self._starting: dict[ray.ObjectRef, tuple[int, ray.actor.ActorHandle]] = {}
        self._running: dict[ray.ObjectRef, tuple[int, int]] = {}
        #: Where batches begin that are to be handed out again.
        self._again: list[int] = []
        self._next = first
        self.done: dict[int, tuple[bytes, int]] = {}
        for _ in range(actors):
            self._add_worker()

    def _add_worker(self) -> None:
        worker = _Worker.remote(self._options)  # type: ignore[attr-defined]
        self._starting[worker.begin.remote()] = (next(self._numbers), worker)

    def hand_out(self) -> None:
        """Gives batches to workers that have few, the first ones first."""
        load = {number: 0 for number in self._workers}
        for _, number in self._running.values():
            if number in load:
                load[number] += 1
        while load and len(self._running) + len(self.done) < self._most:
            number = min(load, key=load.__getitem__)
            place = self._take_place() if load[number] < _AHEAD else None
            if place is None:
                return
            load[number] += 1
            reference = self._workers[number].rows.remote(self._jobs.batch(place, self._batch))
            self._running[reference] = (place, number)

    def _take_place(self) -> int | None:
        """Where the next batch begins."""
        if self._again:
            return heapq.heappop(self._again)
        if self._next >= len(self._jobs):
            return None
        place = self._next
        self._next += self._batch
        return place

    def wait(self) -> None:
        """Waits until something has ended or begun."""
        ready, _ = ray.wait([*self._starting, *self._running], num_returns=1)
        for reference in ready:
            try:
                value = ray.get(reference)
            except (ray.exceptions.RayActorError, ray.exceptions.ObjectLostError,
                    ray.exceptions.WorkerCrashedError):  # fmt: skip
                self._lose(reference)
                continue
            if reference in self._starting:
                number, worker = self._starting.pop(reference)
                self._workers[number] = worker
            else:
                place, _ = self._running.pop(reference)
                self.done[place] = value

    def _lose(self, reference: ray.ObjectRef) -> None:
        """Takes back what an actor had that has died, and starts another one for it."""
        if reference in self._starting:
            self._starting.pop(reference)
            return self._add_worker()
        place, number = self._running.pop(reference)
        heapq.heappush(self._again, place)
        if self._workers.pop(number, None) is not None:
            self._add_worker()


def run(
    jobs: Jobs, options: Options, results: Results, actors: int, batch: int,
    show: Callable[[int], None] = lambda done: None,
) -> None:  # fmt: skip
    """Runs all jobs that have no rows yet.

    A batch whose actor or node has died is run again by another actor: jobs have nothing to do with each
    other, and a row is the same wherever it is made.

    Args:
        actors: how many run at once, a processor each.
        batch: how many jobs an actor takes at a time.
        show: called with the number of rows whenever there are more.
    """
    going = _Run(jobs, options, results.done, actors, batch)
    while results.done < len(jobs):
        going.hand_out()
        going.wait()
        while results.done in going.done:
            text, errors = going.done.pop(results.done)
            results.append(text, min(batch, len(jobs) - results.done), errors)
            show(results.done)
