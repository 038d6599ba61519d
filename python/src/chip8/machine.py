"""One machine: switched on with a program or restored from an image, run, looked at, saved."""

from __future__ import annotations

import ctypes
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _library
from ._library import Handle, error, library
from .ram import RAM
from .values import (
    FIXED,
    NO_KEY,
    Engine,
    Fault,
    Keys,
    Registers,
    Screen,
    Stop,
    Timing,
    Tone,
    key_mask,
    member,
    whole,
)

_BUTTONS = (
    "up", "down", "left", "right", "a", "b", "x", "y", "l", "r", "l2", "r2", "l3", "r3",
)  # fmt: skip
KEY_NAMES = (*_BUTTONS, *(f"player2{name.capitalize()}" for name in _BUTTONS))
_FAULTS = (
    "illegal instruction", "machine code", "stack overflow", "stack underflow", "index overflow",
    "endless entry call", "out of time",
)  # fmt: skip


def _quirk_text(quirks: Mapping[str, bool] | str | None) -> bytes | None:
    if quirks is None or isinstance(quirks, str):
        return quirks.encode() if quirks else None
    return ",".join(f"{name}={'on' if on else 'off'}" for name, on in quirks.items()).encode()


def _read(source: bytes | bytearray | memoryview | str | os.PathLike[str]) -> bytes:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source)
    return Path(source).read_bytes()


class Machine:
    """A machine with its whole state.

    Args:
        program: the program's bytes, or the path of its file.
        platform: ``vip``, ``chip8``, ``chip48``, ``schip10``, ``schip11``, ``schip``, ``xochip`` or
            ``hires``; None for the one that the program is known to be for, else detected.
        quirks: quirks against those of the platform: ``{"shift": True}`` or ``"shift=on"``.
        name: how the program is called in images; None for the name of its file.
        seed: the seed of the random number generator.
        ipf: instructions per frame; 0 for what the program or platform is known for.
        timing: what a frame is measured by.
        engine: what executes instructions.

    Raises:
        DataError: there is no program, it does not fit, or it is an image.
        ArgumentError: an unknown platform, quirk or number.

    A machine is used by one thread at a time.
    """

    __slots__ = ("_handle", "_info", "_engine", "__weakref__")

    def __init__(
        self,
        program: bytes | bytearray | memoryview | str | os.PathLike[str],
        *,
        platform: str | None = None,
        quirks: Mapping[str, bool] | str | None = None,
        name: str | None = None,
        seed: int = 0,
        ipf: int = 0,
        timing: Timing | str = Timing.IPF,
        engine: Engine | str = Engine.AUTO,
    ) -> None:
        if name is None and isinstance(program, (str, os.PathLike)):
            name = Path(program).stem
        content = _read(program)
        self._engine = member(Engine, engine)
        options = _library.Options(
            struct_size=ctypes.sizeof(_library.Options),
            platform=platform.encode() if platform else None,
            quirks=_quirk_text(quirks),
            name=name.encode() if name else None,
            seed=seed & (2**64 - 1),
            ipf=whole(ipf, 32, "ipf"),
            timing=member(Timing, timing),
            engine=self._engine,
        )
        out, message = ctypes.c_void_p(), _library.message_buffer()
        code = library.chip8_create(
            content, len(content), options, out, ctypes.addressof(message), len(message)
        )
        self._adopt(code, out, message.value)

    def _adopt(self, code: int, out: ctypes.c_void_p, message: bytes = b"") -> None:
        self._handle = Handle(out.value if code >= 0 else None, "chip8_destroy")
        self._info: _library.Info | None = None
        if code < 0:
            raise error(code, message.decode())

    @classmethod
    def load(
        cls,
        image: bytes | bytearray | memoryview | str | os.PathLike[str],
        *,
        engine: Engine | str = Engine.AUTO,
    ) -> Machine:
        """Restores the machine in an image, from its bytes or its file.

        Raises:
            DataError: not an image, a damaged one, or one that does not hold its program.
        """
        content = _read(image)
        machine = cls.__new__(cls)
        machine._engine = member(Engine, engine)
        out, message = ctypes.c_void_p(), _library.message_buffer()
        code = library.chip8_load(
            content, len(content), machine._engine, out, ctypes.addressof(message), len(message)
        )
        machine._adopt(code, out, message.value)
        return machine

    def _check(self, code: int) -> int:
        if code < 0:
            raise error(code, library.chip8_last_error(self._handle.value).decode())
        return code

    def clone(self) -> Machine:
        """A second machine as this one is at the moment."""
        out = ctypes.c_void_p()
        self._check(library.chip8_clone(self._handle.value, out))
        machine = Machine.__new__(Machine)
        machine._engine = self._engine
        machine._adopt(0, out)
        return machine

    __copy__ = clone

    def __deepcopy__(self, memo: dict[int, Any]) -> Machine:
        return self.clone()

    def close(self) -> None:
        """Frees it now; otherwise that happens with the last reference."""
        self._handle.close()

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle, (self.image(), self.registers.held_keys, int(self._engine))

    def __repr__(self) -> str:
        if self._handle.value is None:
            return "<chip8.Machine, closed>"
        registers = self.registers
        return f"<chip8.Machine {self.title!r} on {self.platform}, {registers.frames} frames>"

    def reset(self, seed: int = 0) -> None:
        """Switches it off and on with its program."""
        self._check(library.chip8_reset(self._handle.value, seed & (2**64 - 1)))
        self._info = None

    # What does not change while it runs

    def _get_info(self) -> _library.Info:
        if self._info is None or self._handle.value is None:
            info = _library.Info(struct_size=ctypes.sizeof(_library.Info))
            self._check(library.chip8_get_info(self._handle.value, info))
            # The texts are the library's until the machine is another one.
            info.platform, info.title, info.quirks = info.platform, info.title, info.quirks
            self._info = info
        return self._info

    @property
    def platform(self) -> str:
        """The platform's name."""
        return str(self._get_info().platform.decode())

    @property
    def title(self) -> str:
        """The program's title if it is known, else its name."""
        return str(self._get_info().title.decode())

    @property
    def quirks(self) -> dict[str, bool]:
        """Every quirk, and whether it is on."""
        pairs = (pair.split("=") for pair in self._get_info().quirks.decode().split(","))
        return {name: value == "on" for name, value in pairs}

    @property
    def program_size(self) -> int:
        """The program's size in bytes."""
        return int(self._get_info().program_size)

    @property
    def program_sha1(self) -> str:
        """The program's SHA-1."""
        return bytes(self._get_info().program_sha1).hex()

    @property
    def ram_size(self) -> int:
        """Bytes of RAM, a power of two."""
        return int(self._get_info().ram_size)

    @property
    def width(self) -> int:
        """Pixels in a row of the largest screen."""
        return int(self._get_info().width)

    @property
    def height(self) -> int:
        """Rows of the largest screen."""
        return int(self._get_info().height)

    @property
    def plane_count(self) -> int:
        """Bit planes of the screen, 1 or 2."""
        return int(self._get_info().plane_count)

    @property
    def flag_count(self) -> int:
        """User flags: 0, 8 or 16."""
        return int(self._get_info().flag_count)

    @property
    def frames_per_second(self) -> int:
        """How many frames are a second."""
        return int(self._get_info().frames_per_second)

    @property
    def ipf(self) -> int:
        """Instructions per frame."""
        return int(self._get_info().ipf)

    @property
    def timing(self) -> Timing:
        """What a frame is measured by."""
        return Timing(self._get_info().timing)

    @property
    def engine(self) -> Engine:
        """The execution engine."""
        return Engine(self._engine)

    @property
    def is_known(self) -> bool:
        """Whether the program is known by its SHA-1."""
        return bool(self._get_info().is_known)

    @property
    def colors(self) -> tuple[int, ...]:
        """The colours of the pixel values that the program is known for, 0xRRGGBB."""
        info = self._get_info()
        return tuple(info.colors[: info.color_count])

    @property
    def rotation(self) -> int:
        """How far the picture is turned clockwise: 0, 90, 180 or 270 degrees."""
        return int(self._get_info().rotation)

    @property
    def known_keys(self) -> dict[str, int]:
        """The keys that the program is known to use, by name: ``up``, ``a``, …"""
        found = {}
        for name in KEY_NAMES:
            key = self._check(library.chip8_get_known_key(self._handle.value, name.encode()))
            if key != NO_KEY:
                found[name] = key
        return found

    # Running

    def run(self, frames: int = 1, keys: Keys = 0) -> Stop:
        """Runs whole frames: keys are sampled, instructions executed, timers count down.

        Args:
            frames: how many, at most.
            keys: the keys that are down.
        """
        mask = key_mask(keys)
        return Stop(self._check(library.chip8_run_frames(self._handle.value, _count(frames), mask)))

    def run_keys(self, keys: npt.ArrayLike) -> Stop:
        """Runs a frame with each of the masks of keys, until one stops."""
        masks = np.ascontiguousarray(keys, dtype=np.uint16)
        return Stop(
            self._check(library.chip8_run_keys(self._handle.value, masks.ctypes.data, masks.size))
        )

    def run_until(
        self,
        *,
        frames: int | None = None,
        instructions: int | None = None,
        keys: Keys = 0,
        halt: bool = False,
    ) -> Stop:
        """Runs to whichever comes first.

        Args:
            frames: how many, at most; None for any number.
            instructions: how many, at most; None for any number. A program that waits for a key
                executes none; without frames, this never returns then.
            keys: the keys that are down.
            halt: come back at the end of a frame whose last instruction jumps to itself.
        """
        if frames is None and instructions is None and not halt:
            raise ValueError("run_until needs frames, instructions or halt, or it would not end")
        return Stop(
            self._check(
                library.chip8_run(
                    self._handle.value, _count(frames), _count(instructions), key_mask(keys), halt
                )
            )
        )

    @property
    def fault(self) -> Fault | None:
        """What the last run has faulted with; None if it has not."""
        fault = _library.Fault()
        code = library.chip8_get_fault(self._handle.value, fault)
        if code == -6:
            return None
        self._check(code)
        return Fault(_FAULTS[fault.kind - 1], fault.pc, fault.opcode)

    @property
    def last_error(self) -> str:
        """Why the last call has failed or the program has faulted, in a sentence."""
        return str(library.chip8_last_error(self._handle.value).decode())

    def answer_host_call(self, status: int) -> None:
        """Tells a program what its call came to; it continues with the next run."""
        status = whole(status, 8, "a status")
        self._check(library.chip8_answer_host_call(self._handle.value, status))

    def poke(self, address: int, content: bytes) -> None:
        """Writes to the RAM."""
        content = bytes(content)
        self._check(
            library.chip8_poke(
                self._handle.value, whole(address, 32, "an address"), content, len(content)
            )
        )

    def set_flags(self, flags: bytes) -> None:
        """Sets the user flags as they were kept while it was switched off."""
        self._check(library.chip8_set_flags(self._handle.value, bytes(flags), len(flags)))

    # Looking

    @property
    def ram(self) -> RAM:
        """The RAM: `machine.ram[0x200]`, `machine.ram[0x200:0x210]`, `numpy.asarray(machine.ram)`."""
        return RAM(self)

    @property
    def registers(self) -> Registers:
        """The registers as they are now."""
        array = np.zeros((), _library.REGISTERS)
        array["struct_size"] = _library.REGISTERS.itemsize
        self._check(library.chip8_get_registers(self._handle.value, array.ctypes.data))
        value = {name: array[name].tolist() for name in _library.REGISTERS.names or ()}
        left, wait = value["instructions_left"], value["key_wait"]
        return Registers(
            frames=value["frames"],
            instructions=value["instructions"],
            cycles=value["cycles"],
            random=value["random"],
            instructions_left=None if left == 0xFFFF_FFFF else left,
            pc=value["pc"],
            i=value["i"],
            v=tuple(value["v"]),
            stack=tuple(value["stack"][: value["stack_count"]]),
            flags=tuple(value["flags"]),
            delay=value["delay"],
            sound=value["sound"],
            keys=value["keys"],
            held_keys=value["held_keys"],
            key_wait=None if wait == 255 else wait,
        )

    def screen(
        self,
        format: Screen | str = Screen.PIXELS,
        *,
        fixed: bool = False,
        colors: Iterable[int] | None = None,
        out: npt.NDArray[Any] | None = None,
    ) -> npt.NDArray[Any]:
        """The screen.

        Args:
            format: how it is laid out.
            fixed: always the largest screen of the machine, a smaller one with each pixel doubled.
            colors: those of all pixel values, at least four, 0xRRGGBB, for the formats that have
                some; None for those that the image or the program is known for.
            out: an array to write to, contiguous, of at least its size; None for a new one.
        """
        kind = member(Screen, format)
        wanted = int(kind) | (FIXED if fixed else 0)
        shape = _library.Shape()
        self._check(library.chip8_get_shape(self._handle.value, wanted, shape))
        if out is None:
            dimensions = kind.array_shape(shape.width, shape.height, shape.plane_count)
            out = np.empty(dimensions, kind.dtype)
        palette = color_array(colors)
        self._check(
            library.chip8_copy_screen(
                self._handle.value, wanted, None if palette is None else palette.ctypes.data,
                writable_address(out, "out"), out.nbytes,
            )
        )  # fmt: skip
        return out

    @property
    def tone(self) -> Tone | None:
        """The sound of the frame that ended last; None if it was silent."""
        tone = _library.Tone()
        if not self._check(library.chip8_get_tone(self._handle.value, tone)):
            return None
        return Tone(bytes(tone.pattern), tone.advance, tone.phase)

    def sound(self, count: int = 800) -> npt.NDArray[np.int16]:
        """The same as samples that last that frame: for 48,000 a second at 60 frames, 800."""
        samples = np.zeros(count, np.int16)
        self._check(library.chip8_copy_sound(self._handle.value, samples.ctypes.data, count))
        return samples

    # Saving

    def image(self) -> bytes:
        """An image of the machine: the bytes of a file that chip8 and `load` read."""
        size = ctypes.c_size_t()
        pointer = library.chip8_save(self._handle.value, size)
        if not pointer:
            text = library.chip8_last_error(self._handle.value).decode()
            raise error(-1 if self._handle.value is None else -6, text)
        return ctypes.string_at(pointer, size.value)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes an image to a file, or leaves the file as it is if that fails."""
        target = Path(path)
        image = self.image()
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".chip8-", delete=False) as file:
            try:
                file.write(image)
                file.flush()
                os.fsync(file.fileno())
                mask = os.umask(0)
                os.umask(mask)
                os.fchmod(file.fileno(), 0o666 & ~mask)
                os.replace(file.name, target)
            except BaseException:
                os.unlink(file.name)
                raise

    @property
    def digest(self) -> str:
        """The SHA-256 of the whole state: equal digests, equal futures."""
        digest = ctypes.create_string_buffer(32)
        self._check(library.chip8_digest(self._handle.value, digest))
        return digest.raw.hex()

    @property
    def fast_digest(self) -> int:
        """A digest in 64 bits that takes a tenth of a microsecond, for tables in memory."""
        digest = ctypes.c_uint64()
        self._check(library.chip8_fast_digest(self._handle.value, digest))
        return digest.value

    def snapshot(self, into: Snapshot | None = None) -> Snapshot:
        """The machine as it is, in memory.

        Args:
            into: a snapshot to overwrite, which saves allocating one.
        """
        if into is not None:
            self._check(library.chip8_snapshot_take(self._handle.value, into._handle.value))
            return into
        out = ctypes.c_void_p()
        self._check(library.chip8_snapshot_create(self._handle.value, out))
        return Snapshot._adopt(out.value)

    def restore(self, snapshot: Snapshot) -> None:
        """The machine becomes what it, or any other, was at a snapshot."""
        self._check(library.chip8_restore(self._handle.value, snapshot._handle.value))
        self._info = None


class Snapshot:
    """All of a machine's state in memory: `Machine.snapshot` takes it, `Machine.restore` returns to it."""

    __slots__ = ("_handle", "__weakref__")
    _handle: Handle

    def __init__(self) -> None:
        raise TypeError("Machine.snapshot() takes a snapshot")

    @classmethod
    def _adopt(cls, value: int | None) -> Snapshot:
        snapshot = cls.__new__(cls)
        snapshot._handle = Handle(value, "chip8_snapshot_destroy")
        return snapshot

    def machine(self) -> Machine:
        """A new machine in that state."""
        machine = Machine(b"\x12\x00")
        machine.restore(self)
        return machine

    def close(self) -> None:
        """Frees it now."""
        self._handle.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle_snapshot, (self.machine(),)


def _count(number: int | None) -> int:
    if number is None:
        return 2**64 - 1
    return whole(number, 64, "a number of frames or instructions")


def color_array(colors: Iterable[int] | None) -> npt.NDArray[np.uint32] | None:
    """Colours as the library takes them: for as many planes as there can be."""
    if colors is None:
        return None
    given = np.array(list(colors), dtype=np.uint32)
    if given.shape not in ((4,), (16,)):
        raise ValueError(f"there are 4 or 16 colours, 0xRRGGBB, not {given.size}")
    return np.resize(given, 16)


def writable_address(array: npt.NDArray[Any], name: str) -> int:
    """Where an array is that the library writes to."""
    if not array.flags.c_contiguous or not array.flags.writeable or array.dtype.hasobject:
        raise ValueError(f"{name} is not a contiguous array of numbers that can be written to")
    return int(array.ctypes.data)


def _unpickle(image: bytes, keys: int, engine: int) -> Machine:
    machine = Machine.load(image, engine=Engine(engine))
    machine.run(0, keys)
    return machine


def _unpickle_snapshot(machine: Machine) -> Snapshot:
    return machine.snapshot()
