"""libchip8.so by ctypes: its structs, its signatures, and its errors as exceptions."""

from __future__ import annotations

import ctypes
import os
from ctypes import (
    POINTER,
    c_char_p,
    c_int32,
    c_size_t,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)
from pathlib import Path

import numpy as np

ABI_VERSION = 1


class Error(Exception):
    """What the library has refused, in its own sentence.

    Attributes:
        code: one of CHIP8_ERROR_… in chip8.h.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[1])


class HandleError(Error, ValueError):
    """A machine, snapshot or team that was closed."""


class ArgumentError(Error, ValueError):
    """An argument that is never right: an unknown name, number or format."""


class DataError(Error, ValueError):
    """The bytes of a program or an image that cannot be used."""


class SizeError(Error, ValueError):
    """A buffer that is too small."""


class LimitError(Error, RuntimeError):
    """There are as many machines, snapshots or threads as there can be."""


class RefusedError(Error, RuntimeError):
    """The machine cannot do that as it is."""


_ERRORS: dict[int, type[Error]] = {
    -1: HandleError, -2: ArgumentError, -3: DataError,
    -4: SizeError, -5: LimitError, -6: RefusedError,
}  # fmt: skip


def error(code: int, message: str | None = None) -> Error:
    """The exception for an error of the library."""
    text = message or library.chip8_error_text(code).decode()
    return _ERRORS.get(code, Error)(code, text)


class Options(ctypes.Structure):
    """chip8_options."""

    _fields_ = [
        ("struct_size", c_size_t), ("platform", c_char_p), ("quirks", c_char_p), ("name", c_char_p),
        ("seed", c_uint64), ("ipf", c_uint32), ("timing", c_uint32), ("engine", c_uint32),
    ]  # fmt: skip


class Info(ctypes.Structure):
    """chip8_info."""

    _fields_ = [
        ("struct_size", c_size_t), ("platform", c_char_p), ("title", c_char_p), ("quirks", c_char_p),
        ("program_size", c_uint64), ("program_sha1", c_uint8 * 20), ("ram_size", c_uint32),
        ("width", c_uint32), ("height", c_uint32), ("plane_count", c_uint32),
        ("flag_count", c_uint32), ("frames_per_second", c_uint32), ("ipf", c_uint32),
        ("timing", c_uint32), ("is_known", c_uint32), ("colors", c_uint32 * 16),
        ("color_count", c_uint32), ("rotation", c_uint32),
    ]  # fmt: skip


class Fault(ctypes.Structure):
    """chip8_fault."""

    _fields_ = [("kind", c_int32), ("pc", c_uint16), ("opcode", c_uint16)]


class Shape(ctypes.Structure):
    """chip8_shape."""

    _fields_ = [
        ("width", c_uint32), ("height", c_uint32), ("plane_count", c_uint32), ("size", c_uint32)
    ]  # fmt: skip


class Tone(ctypes.Structure):
    """chip8_tone."""

    _fields_ = [
        ("pattern", c_uint8 * 16), ("advance", c_uint64), ("phase", c_uint32), ("reserved", c_uint32)
    ]  # fmt: skip


class Batch(ctypes.Structure):
    """chip8_batch."""

    _fields_ = [
        ("struct_size", c_size_t), ("restore", c_void_p), ("frames", c_uint32),
        ("keys_per_machine", c_uint32), ("keys", c_void_p), ("stops", c_void_p),
        ("screens", c_void_p), ("screen_stride", c_size_t), ("screen_format", c_uint32),
        ("ram_address_count", c_uint32), ("ram_addresses", c_void_p), ("ram_bytes", c_void_p),
        ("colors", c_void_p), ("fast_digests", c_void_p), ("registers", c_void_p),
        ("run_flags", c_uint32),
    ]  # fmt: skip


class FarmOptions(ctypes.Structure):
    """chip8_farm_options."""

    _fields_ = [
        ("struct_size", c_size_t), ("directory", c_char_p), ("members", c_char_p),
        ("max_instructions", c_uint64),
    ]  # fmt: skip


#: chip8_registers, as the elements of an array.
REGISTERS = np.dtype(
    [
        ("struct_size", "u8"), ("frames", "u8"), ("instructions", "u8"), ("cycles", "u8"),
        ("random", "u8"), ("instructions_left", "u4"), ("pc", "u2"), ("i", "u2"),
        ("stack", "u2", 16), ("keys", "u2"), ("held_keys", "u2"), ("v", "u1", 16),
        ("flags", "u1", 16), ("stack_count", "u1"), ("delay", "u1"), ("sound", "u1"),
        ("key_wait", "u1"),
    ],
    align=True,
)  # fmt: skip

_MESSAGE = [c_void_p, c_size_t]
_HANDLE_OUT = POINTER(c_void_p)
#: What each function takes and returns.
_SIGNATURES: dict[str, tuple[list[type], type | None]] = {
    "chip8_abi_version": ([], c_uint32),
    "chip8_error_text": ([c_int32], c_char_p),
    "chip8_create": ([c_char_p, c_size_t, POINTER(Options), _HANDLE_OUT, *_MESSAGE], c_int32),
    "chip8_load": ([c_char_p, c_size_t, c_uint32, _HANDLE_OUT, *_MESSAGE], c_int32),
    "chip8_clone": ([c_void_p, _HANDLE_OUT], c_int32),
    "chip8_destroy": ([c_void_p], c_int32),
    "chip8_reset": ([c_void_p, c_uint64], c_int32),
    "chip8_last_error": ([c_void_p], c_char_p),
    "chip8_get_info": ([c_void_p, POINTER(Info)], c_int32),
    "chip8_get_known_key": ([c_void_p, c_char_p], c_int32),
    "chip8_run_frames": ([c_void_p, c_uint64, c_uint16], c_int32),
    "chip8_run_keys": ([c_void_p, c_void_p, c_size_t], c_int32),
    "chip8_run": ([c_void_p, c_uint64, c_uint64, c_uint16, c_uint32], c_int32),
    "chip8_get_fault": ([c_void_p, POINTER(Fault)], c_int32),
    "chip8_answer_host_call": ([c_void_p, c_uint8], c_int32),
    "chip8_poke": ([c_void_p, c_uint32, c_char_p, c_size_t], c_int32),
    "chip8_set_flags": ([c_void_p, c_char_p, c_size_t], c_int32),
    "chip8_ram": ([c_void_p], c_void_p),
    "chip8_copy_ram": ([c_void_p, c_uint32, c_void_p, c_size_t], c_int32),
    "chip8_get_registers": ([c_void_p, c_void_p], c_int32),
    "chip8_get_shape": ([c_void_p, c_uint32, POINTER(Shape)], c_int32),
    "chip8_copy_screen": ([c_void_p, c_uint32, c_void_p, c_void_p, c_size_t], c_int32),
    "chip8_get_tone": ([c_void_p, POINTER(Tone)], c_int32),
    "chip8_copy_sound": ([c_void_p, c_void_p, c_size_t], c_int32),
    "chip8_save": ([c_void_p, POINTER(c_size_t)], c_void_p),
    "chip8_digest": ([c_void_p, c_void_p], c_int32),
    "chip8_fast_digest": ([c_void_p, POINTER(c_uint64)], c_int32),
    "chip8_snapshot_create": ([c_void_p, _HANDLE_OUT], c_int32),
    "chip8_snapshot_take": ([c_void_p, c_void_p], c_int32),
    "chip8_restore": ([c_void_p, c_void_p], c_int32),
    "chip8_snapshot_destroy": ([c_void_p], c_int32),
    "chip8_team_create": ([c_uint32, _HANDLE_OUT], c_int32),
    "chip8_team_destroy": ([c_void_p], c_int32),
    "chip8_batch_step": (
        [c_void_p, c_void_p, c_size_t, POINTER(Batch), *_MESSAGE],
        c_int32,
    ),
    "chip8_farm": (
        [
            c_char_p, c_size_t, POINTER(FarmOptions), POINTER(c_void_p), POINTER(c_size_t),
            POINTER(c_uint64), *_MESSAGE,
        ],
        c_int32,
    ),
    "chip8_free": ([c_void_p], None),
}  # fmt: skip


_LONG = {"chip8_run_frames", "chip8_run_keys", "chip8_run", "chip8_batch_step", "chip8_farm"}


def path() -> Path:
    """The library: $CHIP8_LIBRARY, else the one in this package."""
    wanted = os.environ.get("CHIP8_LIBRARY")
    return Path(wanted) if wanted else Path(__file__).with_name("libchip8.so.1")


def _load() -> ctypes.PyDLL:
    where = path()
    if not where.exists():
        raise ImportError(
            f"{where} does not exist; install the wheel, or set CHIP8_LIBRARY to a libchip8.so"
        )
    # Runs let other threads continue; what takes less than a microsecond would lose time by that.
    loaded, running = ctypes.PyDLL(str(where)), ctypes.CDLL(str(where))
    for name, (arguments, result) in _SIGNATURES.items():
        function = getattr(running if name in _LONG else loaded, name)
        function.argtypes, function.restype = arguments, result
        setattr(loaded, name, function)
    version = loaded.chip8_abi_version()
    if version != ABI_VERSION:
        raise ImportError(f"{where} has interface {version}, and this package needs {ABI_VERSION}")
    return loaded


library = _load()


class Handle:
    """A handle that is destroyed with its last reference.

    Args:
        destroy: the function of the library that does it.
        make: creates the handle where it is told to, and returns what the library returned.
    """

    __slots__ = ("value", "_destroy")

    def __init__(self, value: int | None, destroy: str) -> None:
        self.value = value
        self._destroy = getattr(library, destroy)

    def close(self) -> None:
        """Destroys it now. What it is given to afterwards raises HandleError."""
        value, self.value = self.value, None
        if value is not None:
            self._destroy(value)

    def __del__(self) -> None:
        self.close()


def message_buffer() -> ctypes.Array[ctypes.c_char]:
    """Room for a sentence of the library."""
    return ctypes.create_string_buffer(512)


def farm(
    jobs: bytes, directory: bytes | None, members: bytes | None, max_instructions: int
) -> tuple[bytes, int]:
    """The rows of some jobs, and how many of those could not be run."""
    options = FarmOptions(ctypes.sizeof(FarmOptions), directory, members, max_instructions)
    text, size, errors = c_void_p(), c_size_t(), c_uint64()
    message = message_buffer()
    code = library.chip8_farm(
        jobs, len(jobs), ctypes.byref(options), ctypes.byref(text), ctypes.byref(size),
        ctypes.byref(errors), message, len(message),
    )  # fmt: skip
    if code < 0:
        raise error(code, message.value.decode())
    try:
        return ctypes.string_at(text.value or 0, size.value), errors.value
    finally:
        library.chip8_free(text)
