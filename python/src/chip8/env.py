"""A game as an environment of Gymnasium."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.error import DependencyNotInstalled

from .arena import Arena, EnvState
from .games import Game
from .values import Screen

Observation = npt.NDArray[np.uint8]


def observation_space(arena: Arena) -> spaces.Box:
    """What observations can be."""
    if arena.format is Screen.RGB:
        highest = 255
    elif arena.format is Screen.PIXELS:
        highest = 2 ** arena.machines[0].plane_count - 1
    else:
        highest = 1
    return spaces.Box(0, highest, arena.screen_shape, np.uint8)


def draw_seed(random: np.random.Generator) -> np.uint64:
    """What an episode follows from."""
    return random.integers(0, 2**64 - 1, dtype=np.uint64, endpoint=True)


class Chip8Env(gymnasium.Env[Any, Any]):
    """A game: observations are its screen, actions hold keys down for a step, rewards are its points.

    The timers and the random numbers are the machine's own, so a game runs as it does for people. The
    same seed and the same actions give the same episode, always and everywhere.

    Args:
        game: a game, or its name in `chip8.GAMES`.
        rom: the program's bytes or file; None to search for it.
        obs: ``"planes"``, (planes, height, width) of 0 and 1; ``"pixels"``, (height, width) of 0 to 3;
            ``"rgb"``, (height, width, 3).
        frame_skip: how many frames a step takes.
        sticky: how probable it is that a frame repeats the action before.
        actions: the sets of keys to choose from, or ``"all"`` for any one of the sixteen; None for
            the game's.
        ipf: instructions per frame; 0 for what the program is known for.
        platform, quirks: as in `Machine`.
        render_mode: ``"rgb_array"`` or ``"human"``.

    Raises:
        FileNotFoundError: the program is not there; the sentence has its SHA-1.
    """

    metadata = {"render_modes": ["rgb_array", "human"], "render_fps": 15}

    def __init__(
        self,
        game: str | Game = "Generic",
        rom: bytes | str | os.PathLike[str] | None = None,
        *,
        obs: str = "planes",
        frame_skip: int = 4,
        sticky: float = 0.0,
        actions: Any = None,
        ipf: int = 0,
        platform: str | None = None,
        quirks: Mapping[str, bool] | str | None = None,
        render_mode: str | None = None,
    ) -> None:
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(f"render_mode is rgb_array or human, not {render_mode!r}")
        self._arena = Arena(
            game, 1, rom, obs=obs, frame_skip=frame_skip, sticky=sticky, actions=actions, ipf=ipf,
            platform=platform, quirks=quirks,
        )  # fmt: skip
        self.render_mode = render_mode
        rate = self._arena.frames_per_second / frame_skip
        self.metadata = {**type(self).metadata, "render_fps": rate}
        self.observation_space = observation_space(self._arena)
        self.action_space = spaces.Discrete(len(self._arena.actions))
        self._window: Any = None

    @property
    def machine(self) -> Any:
        """The `Machine` that is played on."""
        return self._arena.machines[0]

    @property
    def game(self) -> Game:
        """What is known of the game."""
        return self._arena.game

    @property
    def keys(self) -> list[tuple[int, ...]]:
        """The keys that each action holds down."""
        return [tuple(k for k in range(16) if mask >> k & 1) for mask in self._arena.actions]

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Starts the game."""
        super().reset(seed=seed)
        seeds = np.array([draw_seed(self.np_random)], np.uint64)
        screens = self._arena.reset(np.array([0]), seeds)
        if self.render_mode == "human":
            self.render()
        return screens[0], self._info()

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Plays on for `frame_skip` frames."""
        if not 0 <= action < len(self._arena.actions):
            raise ValueError(f"{action} is not an action; there are {len(self._arena.actions)}")
        screens, rewards, ended = self._arena.step(np.array([action]))
        if self.render_mode == "human":
            self.render()
        return screens[0], float(rewards[0]), bool(ended[0]), False, self._info()

    def _info(self) -> dict[str, Any]:
        return {name: int(values[0]) for name, values in self._arena.infos().items()}

    def clone(self) -> EnvState:
        """Where the episode is: the machine with its screen, and what has been counted. It can be
        pickled. What wrappers count, as `TimeLimit` does, is not in it."""
        return self._arena.clone(0)

    def restore(self, state: EnvState) -> Observation:
        """Goes back to where an episode of the same game was, and returns its screen."""
        observations: Observation = self._arena.restore([state])
        observation: Observation = observations[0]
        return observation

    def render(self) -> Observation | None:
        """The screen as colours, or shows it in a window."""
        if self.render_mode is None:
            gymnasium.logger.warn("render() needs a render_mode: rgb_array or human")
            return None
        picture: Observation = self.machine.screen(Screen.RGB, fixed=True)
        if self.render_mode == "rgb_array":
            return picture
        if self._window is None:
            self._window = Window(self.game.name, picture.shape[1], picture.shape[0])
        self._window.show(picture, self.metadata["render_fps"])
        return None

    def close(self) -> None:
        """Closes the window."""
        if self._window is not None:
            self._window.close()
            self._window = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_window": None}


class Window:
    """A window of pygame, in which a pixel is as large as fits 1024 by 512."""

    def __init__(self, title: str, width: int, height: int) -> None:
        try:
            import pygame
        except ImportError as missing:
            raise DependencyNotInstalled(
                'render_mode="human" needs pygame: pip install "chip8[human]"'
            ) from missing
        self._pygame = pygame
        pygame.display.init()
        scale = max(1, min(1024 // width, 512 // height))
        self._size = (width * scale, height * scale)
        self._surface = pygame.display.set_mode(self._size)
        pygame.display.set_caption(title)
        self._clock = pygame.time.Clock()

    def show(self, picture: Observation, rate: float) -> None:
        """Shows a picture, and waits for as long as a step takes."""
        pygame = self._pygame
        frame = pygame.surfarray.make_surface(picture.swapaxes(0, 1))
        self._surface.blit(pygame.transform.scale(frame, self._size), (0, 0))
        pygame.event.pump()
        pygame.display.flip()
        self._clock.tick(rate)

    def close(self) -> None:
        """Closes it."""
        self._pygame.display.quit()
