"""Plays a game on many machines at once: what environments of one and of many share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .batch import Batch, Team
from .games import Game, View, action_masks, find_game, find_program
from .machine import Machine, Snapshot
from .values import Screen, Stop
from .watch import watch_numbers

Array = npt.NDArray[Any]
_POOL_SIZE = 3
_DONE = int(Stop.DONE)
OBSERVATIONS = {"planes": Screen.PLANES, "pixels": Screen.PIXELS, "rgb": Screen.RGB}


@dataclass(frozen=True)
class EnvState:
    """Where an environment was: its machine with the screen, and what it has counted."""

    snapshot: Snapshot
    seed: int
    step: int
    previous: int
    score: int
    lives: int


def mix(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """SplitMix64: random numbers that follow from others, in any order."""
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


class Arena:
    """Machines that play the same game.

    Args:
        game: a game, or its name in `chip8.GAMES`.
        count: how many machines.
        rom: the program's bytes or file; None to search for it.
        obs: ``"planes"``, (planes, height, width) of 0 and 1; ``"pixels"``, (height, width) of 0 to 3;
            ``"rgb"``, (height, width, 3).
        frame_skip: how many frames a step takes.
        sticky: how probable it is that a frame repeats the action before.
        actions: the sets of keys to choose from; None for the game's.
        ipf: instructions per frame; 0 for what the program is known for.
        platform, quirks: as in `Machine`.
        threads: how many work together; None for one on each processor.
    """

    def __init__(
        self,
        game: str | Game,
        count: int,
        rom: bytes | str | os.PathLike[str] | None = None,
        *,
        obs: str = "planes",
        frame_skip: int = 4,
        sticky: float = 0.0,
        actions: Any = None,
        ipf: int = 0,
        platform: str | None = None,
        quirks: Mapping[str, bool] | str | None = None,
        threads: int | None = 1,
    ) -> None:
        if obs not in OBSERVATIONS:
            raise ValueError(f"obs is one of {', '.join(OBSERVATIONS)}, not {obs!r}")
        if frame_skip < 1:
            raise ValueError(f"frame_skip is {frame_skip}; it must be 1 or more")
        if not 0 <= sticky < 1:
            raise ValueError(f"sticky is {sticky}; it must be at least 0 and below 1")
        self.game = find_game(game)
        program = find_program(self.game, rom)
        first = Machine(
            program, name=self.game.name, platform=platform or self.game.platform, quirks=quirks,
            ipf=ipf,
        )  # fmt: skip
        if self.game.score is None:
            self.game = watch_numbers(self.game, first)
        self.actions = action_masks(self.game, sorted(set(first.known_keys.values())), actions)
        self.format, self.frame_skip, self.sticky = OBSERVATIONS[obs], frame_skip, sticky
        self.threads = threads
        planes, height, width = first.plane_count, first.height, first.width
        self.screen_shape = self.format.array_shape(width, height, planes)
        self.frames_per_second = first.frames_per_second
        self.machines = [first, *(first.clone() for _ in range(count - 1))]
        self.seeds = np.zeros(count, np.uint64)
        self.steps = np.zeros(count, np.uint64)
        self.previous = np.zeros(count, np.int64)
        self.frames = np.zeros(count, np.int64)
        self.score = np.zeros(count, np.int64)
        self.lives = np.zeros(count, np.int64)
        self._connect()

    def _connect(self) -> None:
        count = len(self.machines)
        self._team = None if self.threads == 1 or count == 1 else Team(self.threads)
        self._batch = self._new_batch(self.machines, self._team)
        self._pool: list[Array] = []

    def _new_batch(self, machines: Sequence[Machine], team: Team | None = None) -> Batch:
        return Batch(machines, team, until_halt=True, ram=list(self.game.addresses))

    def __len__(self) -> int:
        return len(self.machines)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key not in _CONNECTED}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._connect()

    @property
    def registers(self) -> Array:
        """The registers of all machines, as they were after the last step."""
        return self._batch.registers

    # Observations

    def observation(self) -> Array:
        """An array for observations that is not referenced any more, or a new one."""
        for k, references in enumerate(_references(self._pool)):
            if references == _UNUSED[0]:
                return self._pool[k]
        array = np.zeros((len(self), *self.screen_shape), np.uint8)
        if len(self._pool) < _POOL_SIZE:
            self._pool.append(array)
        return array

    def look(self, indices: Array | None = None) -> Array:
        """The screens, of some machines or all."""
        if indices is None:
            out, batch = self.observation(), self._batch
        else:
            out = np.zeros((len(indices), *self.screen_shape), np.uint8)
            batch = self._new_batch([self.machines[k] for k in indices])
        batch.step(0, screens=out, format=self.format)
        return out

    # Episodes

    def reset(self, indices: Array, seeds: Array) -> Array:
        """Starts the game on some machines, and returns their screens."""
        machines = [self.machines[k] for k in indices]
        for machine, seed in zip(machines, seeds, strict=True):
            machine.reset(int(seed))
        team = self._team if len(machines) == len(self) else None
        batch = self._new_batch(machines, team)
        for frames, keys in self.game.start:
            mask = sum(1 << key for key in keys)
            batch.step(frames, np.full(len(machines), mask, np.uint16))
        screens = np.zeros((len(machines), *self.screen_shape), np.uint8)
        batch.step(0, np.zeros(len(machines), np.uint16), screens=screens, format=self.format)
        view = View(batch.registers, batch.ram, self.game.addresses)
        self.seeds[indices], self.steps[indices], self.previous[indices] = seeds, 0, 0
        self.frames[indices] = batch.registers["frames"]
        self.score[indices] = self._read_score(view)
        self.lives[indices] = 0 if self.game.lives is None else self.game.lives(view)
        return screens

    def step(self, actions: Array) -> tuple[Array, Array, Array]:
        """Plays on: screens, rewards, and which episodes have ended by themselves."""
        screens = self.observation()
        self._batch.step(self.frame_skip, self._keys(actions), screens=screens, format=self.format)
        self.steps += np.uint64(1)
        self.frames = self._batch.registers["frames"].astype(np.int64)
        view = View(self._batch.registers, self._batch.ram, self.game.addresses)
        score = self._read_score(view)
        gained = score - self.score
        if self.game.wraps:
            half = self.game.wraps // 2
            gained = (gained + half) % self.game.wraps - half
        self.score = self.score + gained
        ended = self._batch.stops != _DONE
        if self.game.lives is not None:
            self.lives = self.game.lives(view)
            ended |= self.lives <= 0
        if self.game.over is not None:
            ended |= self.game.over(view)
        return screens, gained.astype(np.float64), ended

    def _read_score(self, view: View) -> Array:
        assert self.game.score is not None
        score = np.asarray(self.game.score(view), np.int64)
        return score if score.ndim else np.full(len(view), score)

    def _keys(self, actions: Array) -> Array:
        """The keys of each frame. Which frames repeat the action before follows from the episode's
        seed, so that a restored machine repeats the same ones."""
        if not self.sticky:
            self.previous = actions.astype(np.int64)
            return self.actions[actions]
        frames = np.arange(self.frame_skip, dtype=np.uint64)
        positions = self.steps[:, None] * np.uint64(self.frame_skip) + frames
        numbers = mix(self.seeds[:, None] ^ mix(positions)) >> np.uint64(11)
        sticks = numbers < np.uint64(int(self.sticky * 2**53))
        repeats = np.logical_and.accumulate(sticks, axis=1)
        chosen = np.where(repeats, self.previous[:, None], actions[:, None])
        self.previous = chosen[:, -1].copy()
        return self.actions[chosen]

    # States

    def clone(self, k: int) -> EnvState:
        """Where one machine's episode is."""
        return EnvState(
            self.machines[k].snapshot(), int(self.seeds[k]), int(self.steps[k]),
            int(self.previous[k]), int(self.score[k]), int(self.lives[k]),
        )  # fmt: skip

    def restore(self, states: Sequence[EnvState | None]) -> Array:
        """Goes back, on each machine for which there is a state, and returns all screens."""
        screens = self.observation()
        snapshots = [None if state is None else state.snapshot for state in states]
        self._batch.step(0, restore=snapshots, screens=screens, format=self.format)
        self.frames = self._batch.registers["frames"].astype(np.int64)
        for k, state in enumerate(states):
            if state is not None:
                self.seeds[k], self.steps[k], self.previous[k] = (
                    state.seed, state.step, state.previous,
                )  # fmt: skip
                self.score[k], self.lives[k] = state.score, state.lives
        return screens

    def infos(self) -> dict[str, Array]:
        """What is known beside observation and reward: copies."""
        infos = {"score": self.score.copy(), "frames": self.frames.copy()}
        if self.game.lives is not None:
            infos["lives"] = self.lives.copy()
        return infos


_CONNECTED = ("_team", "_batch", "_pool")
_count: Callable[[Any], int] | None = getattr(sys, "getrefcount", None)


def _references(arrays: list[Array]) -> list[int]:
    """How often each is referred to, the list and the counting included; nothing without counts."""
    return [_count(array) for array in arrays] if _count is not None else []


#: What that is for an array that only a list refers to.
_UNUSED = _references([np.zeros(1)])
