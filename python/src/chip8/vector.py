"""Many environments of the same game, stepped in one call."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from .arena import Arena, EnvState
from .env import draw_seed, observation_space
from .games import Game
from .values import Screen

Array = npt.NDArray[Any]


class Chip8VectorEnv(VectorEnv[Array, Array, Array]):
    """Many games at once: a step is one call of the library, which plays them on several threads and
    writes the observations into one array.

    It does what Gymnasium's SyncVectorEnv does with `Chip8Env`, with the same seeds. An array of
    observations is reused when it is not referenced any more, so what was returned never changes.

    Args:
        num_envs: how many.
        threads: how many work together; None for one on each processor.
        autoreset_mode: when a game that has ended starts again: with the next step, within the same
            one, or when `reset` is told so by ``options={"reset_mask": …}``.
        max_episode_steps: after how many steps an episode is cut off; None for never.

    The others are those of `Chip8Env`.
    """

    metadata = {
        "render_modes": ["rgb_array"],
        "render_fps": 15,
        "autoreset_mode": AutoresetMode.NEXT_STEP,
    }

    def __init__(
        self,
        game: str | Game = "Generic",
        rom: bytes | str | os.PathLike[str] | None = None,
        *,
        num_envs: int = 1,
        obs: str = "planes",
        frame_skip: int = 4,
        sticky: float = 0.0,
        actions: Any = None,
        ipf: int = 0,
        platform: str | None = None,
        quirks: Mapping[str, bool] | str | None = None,
        render_mode: str | None = None,
        max_episode_steps: int | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        threads: int | None = None,
    ) -> None:
        if num_envs < 1:
            raise ValueError(f"num_envs is {num_envs}; it must be 1 or more")
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(f"render_mode is rgb_array, not {render_mode!r}")
        self._arena = Arena(
            game, num_envs, rom, obs=obs, frame_skip=frame_skip, sticky=sticky, actions=actions,
            ipf=ipf, platform=platform, quirks=quirks, threads=threads,
        )  # fmt: skip
        self.num_envs, self.render_mode = num_envs, render_mode
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {
            **type(self).metadata,
            "render_fps": self._arena.frames_per_second / frame_skip,
            "autoreset_mode": self.autoreset_mode,
        }
        self.single_observation_space = observation_space(self._arena)
        self.single_action_space = spaces.Discrete(len(self._arena.actions))
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._limit = max_episode_steps if max_episode_steps and max_episode_steps > 0 else None
        self._randoms: list[np.random.Generator | None] = [None] * num_envs
        self._elapsed = np.zeros(num_envs, np.int64)
        self._ended = np.zeros(num_envs, bool)
        self._all = np.ones(num_envs, bool)

    @property
    def machines(self) -> list[Any]:
        """The `Machine`s that are played on."""
        return self._arena.machines

    @property
    def registers(self) -> Array:
        """The registers of all machines after the last step, a structured array: ``registers["v"]``."""
        return self._arena.registers

    # Episodes

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Array, dict[str, Any]]:
        """Starts all games, or those of ``options["reset_mask"]``."""
        seeds = self._seed_list(seed)
        mask = self._all
        if options is not None and "reset_mask" in options:
            mask = np.asarray(options["reset_mask"])
            if mask.shape != (self.num_envs,) or mask.dtype != bool or not mask.any():
                raise ValueError(
                    f"reset_mask is an array of {self.num_envs} bools, of which one is True"
                )
        for k in np.flatnonzero(mask):
            if seeds[k] is not None:
                self._randoms[k], _ = seeding.np_random(seeds[k])
        screens = self._restart(np.flatnonzero(mask))
        if mask.all():
            observations = self._arena.observation()
            observations[:] = screens
        else:
            observations = self._arena.look()
        return observations, self._infos(mask)

    def _seed_list(self, seed: int | Sequence[int | None] | None) -> list[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, (int, np.integer)):
            return [int(seed) + k for k in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f"there are {len(seed)} seeds for {self.num_envs} environments")
        return list(seed)

    def _restart(self, indices: Array) -> Array:
        seeds = np.zeros(len(indices), np.uint64)
        for place, k in enumerate(indices):
            random = self._randoms[k]
            if random is None:
                random, _ = seeding.np_random()
                self._randoms[k] = random
            seeds[place] = draw_seed(random)
        self._elapsed[indices], self._ended[indices] = 0, False
        return self._arena.reset(indices, seeds)

    def step(self, actions: Array) -> tuple[Array, Array, Array, Array, dict[str, Any]]:
        """Plays on for `frame_skip` frames."""
        actions = np.asarray(actions)
        if actions.shape != (self.num_envs,):
            raise ValueError(f"actions have the shape {actions.shape}, not ({self.num_envs},)")
        if actions.min() < 0 or actions.max() >= len(self._arena.actions):
            raise ValueError(f"actions are 0 to {len(self._arena.actions) - 1}")
        if self.autoreset_mode is AutoresetMode.DISABLED and self._ended.any():
            raise RuntimeError("a game has ended; reset it with options={'reset_mask': …}")
        begins = self._ended if self.autoreset_mode is AutoresetMode.NEXT_STEP else None
        screens, rewards, terminated = self._arena.step(actions)
        self._elapsed += 1
        truncated = self._elapsed >= self._limit if self._limit else np.zeros(self.num_envs, bool)
        if begins is not None and begins.any():
            indices = np.flatnonzero(begins)
            screens[indices] = self._restart(indices)
            rewards[indices], terminated[indices], truncated[indices] = 0.0, False, False
        infos: dict[str, Any] = {}
        ended = terminated | truncated
        self._ended = ended
        if self.autoreset_mode is AutoresetMode.SAME_STEP and ended.any():
            infos = self._final(screens, ended)
            indices = np.flatnonzero(ended)
            screens[indices] = self._restart(indices)
        return screens, rewards, terminated, truncated, {**self._infos(self._all), **infos}

    def _infos(self, mask: Array) -> dict[str, Any]:
        infos: dict[str, Any] = {}
        for name, values in self._arena.infos().items():
            infos[name] = np.where(mask, values, 0)
            infos[f"_{name}"] = mask.copy()
        return infos

    def _final(self, screens: Array, ended: Array) -> dict[str, Any]:
        """What is to be known of games that have ended before they start again."""
        observations = np.full(self.num_envs, None, object)
        for k in np.flatnonzero(ended):
            observations[k] = screens[k].copy()
        return {
            "final_obs": observations,
            "_final_obs": ended.copy(),
            "final_info": self._infos(ended),
            "_final_info": ended.copy(),
        }

    # States

    def clone(self, indices: Iterable[int] | None = None) -> list[EnvState]:
        """Where each episode is, or some are; a state can be pickled, and restored anywhere."""
        return [
            self._arena.clone(k) for k in (range(self.num_envs) if indices is None else indices)
        ]

    def restore(self, states: Sequence[EnvState | None]) -> Array:
        """Goes back, in each environment for which there is a state, in one call; returns all
        observations."""
        observations = self._arena.restore(states)
        for k, state in enumerate(states):
            if state is not None:
                self._elapsed[k], self._ended[k] = state.step, False
        return observations

    def render(self) -> tuple[Array, ...] | None:
        """The screens as colours."""
        if self.render_mode is None:
            return None
        return tuple(machine.screen(Screen.RGB, fixed=True) for machine in self.machines)
