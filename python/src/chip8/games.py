"""What is known of games: how they start, which keys they use, where score, lives and end are.

A game is known by the SHA-1 of its program, so what is said here of its memory holds.
"""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ._library import REGISTERS
from .values import key_mask

Ints = npt.NDArray[np.int64]


class View:
    """What a reader sees of all machines at once: each of its numbers is an array, one for each.

    Args:
        registers: a structured array of registers.
        ram: the bytes of each at `addresses`, (machines, addresses).
        addresses: where in `ram` the byte at an address is.
    """

    def __init__(
        self, registers: npt.NDArray[Any], ram: npt.NDArray[np.uint8], addresses: dict[int, int]
    ) -> None:
        self._registers, self._ram, self._addresses = registers, ram, addresses

    def __len__(self) -> int:
        return len(self._registers)

    def v(self, x: int) -> Ints:
        """Register Vx."""
        return self._registers["v"][:, x].astype(np.int64)

    @property
    def pc(self) -> Ints:
        """The next instruction's address."""
        return self._registers["pc"].astype(np.int64)

    @property
    def waits(self) -> npt.NDArray[np.bool_]:
        """Whether it waits for a key."""
        return np.asarray(self._registers["key_wait"] != 255)

    def caller(self) -> Ints:
        """Where the outermost subroutine returns to; 0 in none."""
        return np.where(self._registers["stack_count"] > 0, self._registers["stack"][:, 0], 0)

    def ram(self, address: int) -> Ints:
        """The byte at an address."""
        return self._ram[:, self._addresses[address]].astype(np.int64)

    def digits(self, address: int, count: int = 3) -> Ints:
        """A number of which each byte is a digit, as Fx33 writes it."""
        number = self.ram(address)
        for k in range(1, count):
            number = 10 * number + self.ram(address + k)
        return number


class _Addresses(View):
    """Notes which addresses a reader asks for."""

    def __init__(self) -> None:
        super().__init__(np.zeros(1, REGISTERS), np.zeros((1, 0), np.uint8), {})
        self.found: dict[int, int] = {}

    def ram(self, address: int) -> Ints:
        self.found.setdefault(address, len(self.found))
        return np.zeros(1, np.int64)


Reader = Callable[[View], npt.NDArray[Any]]


@dataclass(frozen=True)
class Game:
    """A game and where its facts are.

    Attributes:
        name: as in ``chip8/NAME-v0``.
        sha1: of its program; empty for any.
        bundled: the file in this package, if it is there.
        keys: those that are worth pressing, each a set of keys that are down together; empty for
            those that the program is known to use, else all.
        start: what starts it: frames, and the keys that are down in them.
        score: what rewards are the differences of; None to watch the numbers that it shows.
        lives: how many are left; the episode ends at 0.
        over: whether the episode has ended, beside a halt, an exit or a fault.
        wraps: after how many the score begins again at 0; 0 for never.
        platform: where the program is not known to be for one.
    """

    name: str
    sha1: str = ""
    bundled: str = ""
    keys: tuple[tuple[int, ...], ...] = ()
    start: tuple[tuple[int, tuple[int, ...]], ...] = ()
    score: Reader | None = None
    lives: Reader | None = None
    over: Reader | None = None
    wraps: int = 0
    platform: str | None = None
    addresses: dict[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        seen = _Addresses()
        for reader in (self.score, self.lives, self.over):
            if reader is not None:
                reader(seen)
        object.__setattr__(self, "addresses", seen.found)

    def __reduce__(self) -> tuple[Any, ...]:
        """Known games are pickled by their names, for their readers cannot be."""
        from .table import GAMES

        if any(game is self for game in GAMES):
            return find_game, (self.name,)
        values = tuple(getattr(self, one.name) for one in fields(self) if one.init)
        return Game, values

    @property
    def id(self) -> str:
        """The environment's."""
        return f"chip8/{self.name}-v0"


def find_program(game: Game, rom: bytes | str | os.PathLike[str] | None = None) -> bytes:
    """The program of a game.

    Args:
        game: which one.
        rom: its bytes or file; None to search for it, by its SHA-1, in the directories of
            $CHIP8_ROMS, which are separated by colons.

    Raises:
        FileNotFoundError: it is not there.
        ValueError: what is there is another program.
    """
    if rom is not None:
        content = bytes(rom) if isinstance(rom, (bytes, bytearray)) else Path(rom).read_bytes()
        found = hashlib.sha1(content).hexdigest()
        if game.sha1 and found != game.sha1:
            raise ValueError(f"{game.name} is the program with SHA-1 {game.sha1}, not {found}")
        return content
    if game.bundled:
        return (Path(__file__).parent / "roms" / game.bundled).read_bytes()
    if not game.sha1:
        raise ValueError(f"{game.id} needs a program: rom=PATH")
    directories = os.environ.get("CHIP8_ROMS", "")
    path = _programs(directories).get(game.sha1)
    if path is None or not path.exists():
        # Perhaps it has come since they were searched.
        _programs.cache_clear()
        path = _programs(directories).get(game.sha1)
    if path is None:
        where = f"below {directories}" if directories else "without $CHIP8_ROMS"
        raise FileNotFoundError(
            f"the program of {game.id}, SHA-1 {game.sha1}, is not found {where}; name its file with"
            " rom=PATH, or its directory in $CHIP8_ROMS"
        )
    return path.read_bytes()


@functools.lru_cache(maxsize=4)
def _programs(directories: str) -> dict[str, Path]:
    """The files in some directories by their SHA-1, of those that could be programs."""
    found: dict[str, Path] = {}
    for directory in filter(None, directories.split(os.pathsep)):
        for path in sorted(Path(directory).rglob("*")):
            # What others may not read is not one of the user's programs.
            if path.is_file() and 0 < path.stat().st_size <= 65024 and os.access(path, os.R_OK):
                found.setdefault(hashlib.sha1(path.read_bytes()).hexdigest(), path)
    return found


def one_key(*keys: int) -> tuple[tuple[int, ...], ...]:
    """Nothing, or one of the keys."""
    return ((), *((key,) for key in keys))


def find_game(game: str | Game) -> Game:
    """A game by its name."""
    if isinstance(game, Game):
        return game
    from .table import GAMES

    for one in GAMES:
        if one.name.lower() == game.lower():
            return one
    raise ValueError(f"there is no game {game}; chip8.GAMES lists them")


def action_masks(game: Game, known: Sequence[int], wanted: Any) -> npt.NDArray[np.uint16]:
    """The keys that each action holds down, as masks.

    Args:
        game: which one.
        known: the keys that its program is known to use.
        wanted: None for those of the game, ``"all"`` for any one of the sixteen keys, or sets of keys.
    """
    if isinstance(wanted, str):
        if wanted != "all":
            raise ValueError(f'actions are "all" or sets of keys, not {wanted!r}')
        sets: Sequence[Any] = one_key(*range(16))
    elif wanted is not None:
        sets = list(wanted)
        if not sets:
            raise ValueError("there has to be an action")
    else:
        sets = game.keys or one_key(*(known or range(16)))
    return np.array([key_mask(keys) for keys in sets], np.uint16)
