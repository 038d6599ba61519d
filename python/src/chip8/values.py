"""What machines take and tell: why runs end, formats of screens, registers, keys."""

from __future__ import annotations

import enum
import operator
from collections.abc import Iterable
from typing import Any, NamedTuple, SupportsIndex, TypeVar

import numpy as np

#: Keys that are down: bit k for key k, or the keys.
Keys = int | Iterable[int]
Member = TypeVar("Member", bound=enum.IntEnum)


class Stop(enum.IntEnum):
    """Why a run came back."""

    #: All requested frames or instructions are done.
    DONE = 0
    #: The program jumps to itself, forever, and a frame has ended with that.
    HALT = 1
    #: The program has ended by its exit instruction.
    EXIT = 2
    #: The program has faulted and stopped before that instruction: `Machine.fault`.
    FAULT = 3
    #: The program calls its host: `Machine.answer_host_call`.
    HOST_CALL = 4


class Engine(enum.IntEnum):
    """The execution engine; results are the same."""

    AUTO = 0
    REFERENCE = 1
    FAST = 2


class Timing(enum.IntEnum):
    """What a frame is measured by: instructions, or machine cycles of the COSMAC VIP."""

    IPF = 0
    CYCLES = 1


class Screen(enum.IntEnum):
    """How a screen is laid out in memory."""

    #: (height, width): the value of each pixel, 0 or 1, with two planes 0 to 3.
    PIXELS = 0
    #: (planes, height, width): 0 or 1.
    PLANES = 1
    #: (planes, height, width / 8): a bit for each pixel, the leftmost in the highest bit.
    BITS = 2
    #: (height, width, 3): red, green, blue.
    RGB = 3
    #: (height, width): 0x00RRGGBB.
    XRGB = 4

    def array_shape(self, width: int, height: int, planes: int) -> tuple[int, ...]:
        """The shape of an array that holds such a screen."""
        match self:
            case Screen.PLANES:
                return (planes, height, width)
            case Screen.BITS:
                return (planes, height, width // 8)
            case Screen.RGB:
                return (height, width, 3)
            case _:
                return (height, width)

    @property
    def dtype(self) -> np.dtype[Any]:
        """What the elements of such an array are."""
        return np.dtype(np.uint32 if self is Screen.XRGB else np.uint8)


#: Together with a format: always the largest screen, a smaller one with each pixel doubled.
FIXED = 16
NO_KEY = 16


class Fault(NamedTuple):
    """What a program has faulted with."""

    kind: str
    pc: int
    opcode: int


class Registers(NamedTuple):
    """The registers of a machine, and how far it has come."""

    #: Frames, instructions and, where they are counted, machine cycles since power-on.
    frames: int
    instructions: int
    cycles: int
    #: The state of the random generator.
    random: int
    #: How many instructions the current frame still has; None between two frames.
    instructions_left: int | None
    pc: int
    i: int
    v: tuple[int, ...]
    #: Return addresses, the oldest first.
    stack: tuple[int, ...]
    flags: tuple[int, ...]
    delay: int
    sound: int
    #: The keys that were down when the frame began, and those that are down.
    keys: int
    held_keys: int
    #: The register that Fx0A waits for a key with; None if it does not wait.
    key_wait: int | None


class Tone(NamedTuple):
    """The sound of a frame: a pattern of 128 one-bit samples that repeats."""

    pattern: bytes
    #: How far the frame goes in the pattern, and where in it it begins, in 1/2^25 of a sample.
    advance: int
    phase: int


def whole(number: SupportsIndex, bits: int, what: str) -> int:
    """A number that the library takes in so many bits. ctypes would silently cut off others."""
    value = operator.index(number)
    if not 0 <= value < 2**bits:
        raise ValueError(f"{what} cannot be {value}")
    return value


def key_mask(keys: Keys) -> int:
    """Bit k for each key k."""
    if isinstance(keys, (int, np.integer)):
        mask = int(keys)
        if not 0 <= mask <= 0xFFFF:
            raise ValueError(f"{mask} is not a mask of keys; bit k is key k, 0 to 15")
        return mask
    mask = 0
    for key in keys:
        if not 0 <= key <= 15:
            raise ValueError(f"there is no key {key}; keys are 0 to 15")
        mask |= 1 << key
    return mask


def member(enumeration: type[Member], value: Member | int | str) -> Member:
    """A member by its value or, in any case, its name."""
    if isinstance(value, str):
        found = enumeration.__members__.get(value.upper())
        if found is None:
            names = ", ".join(name.lower() for name in enumeration.__members__)
            raise ValueError(f"{value} is not one of {names}")
        return found
    return enumeration(value)
