"""CHIP-8 machines whose whole state is one file, and their games as environments of Gymnasium.

`Machine` is a machine, `Batch` runs many in one call, and importing this registers the environments:
``gymnasium.make("chip8/Backfire-v0")``.
"""

import gymnasium as _gymnasium

from ._library import (
    ArgumentError,
    DataError,
    Error,
    HandleError,
    LimitError,
    RefusedError,
    SizeError,
)
from .arena import EnvState
from .batch import Batch, Team
from .env import Chip8Env
from .games import Game, find_program
from .machine import Machine, Snapshot
from .ram import RAM
from .table import GAMES
from .values import Engine, Fault, Registers, Screen, Stop, Timing, Tone
from .vector import Chip8VectorEnv

#: Half an hour, after which an episode is cut off.
MAX_EPISODE_STEPS = 27_000


def _register() -> None:
    for game in GAMES:
        if game.id not in _gymnasium.registry:
            _gymnasium.register(
                id=game.id,
                entry_point="chip8.env:Chip8Env",
                vector_entry_point="chip8.vector:Chip8VectorEnv",
                max_episode_steps=MAX_EPISODE_STEPS,
                kwargs={"game": game.name},
            )


_register()

__all__ = [
    "GAMES",
    "RAM",
    "ArgumentError",
    "Batch",
    "Chip8Env",
    "Chip8VectorEnv",
    "DataError",
    "Engine",
    "EnvState",
    "Error",
    "Fault",
    "Game",
    "HandleError",
    "LimitError",
    "Machine",
    "RefusedError",
    "Registers",
    "Screen",
    "SizeError",
    "Snapshot",
    "Stop",
    "Team",
    "Timing",
    "Tone",
    "find_program",
]
