"""Many machines in one call, on several threads."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _library
from ._library import REGISTERS, Handle, error, library
from .machine import Machine, Snapshot, color_array, writable_address
from .values import FIXED, Screen, member, whole


def default_threads() -> int:
    """As many threads as there are processors for this process."""
    return max(1, min(len(os.sched_getaffinity(0)), 1024))


class Team:
    """Threads that wait for work.

    Args:
        threads: how many work together, the caller's included; None for one on each processor.
    """

    __slots__ = ("_handle", "threads", "__weakref__")

    def __init__(self, threads: int | None = None) -> None:
        self.threads = default_threads() if threads is None else whole(threads, 32, "threads")
        out = ctypes.c_void_p()
        code = library.chip8_team_create(self.threads, out)
        self._handle = Handle(out.value if code >= 0 else None, "chip8_team_destroy")
        if code < 0:
            raise error(code, f"a team of {threads} threads cannot be had; there can be 1 to 1024")

    def close(self) -> None:
        """Ends its threads now."""
        self._handle.close()


class Batch:
    """Machines that are run together. What a step says of them is in arrays that the next one overwrites.

    Args:
        machines: different machines of any kind.
        team: the threads; None for the caller's alone.
        until_halt: end a machine's run at a frame whose last instruction jumps to itself.
        ram: addresses whose bytes are to be read after each step.
        digests: whether fast digests are to be made.

    Attributes:
        stops: for each machine why its run came back, a `Stop`.
        registers: for each machine its registers, a structured array of `_library.REGISTERS`.
        ram: for each machine the bytes at the addresses, (machines, addresses).
        digests: for each machine its fast digest, or None.
    """

    def __init__(
        self,
        machines: Sequence[Machine],
        team: Team | None = None,
        *,
        until_halt: bool = False,
        ram: Sequence[int] = (),
        digests: bool = False,
    ) -> None:
        self.machines = list(machines)
        self.team = team
        count = len(self.machines)
        self.stops = np.zeros(count, np.int32)
        self.registers = np.zeros(count, REGISTERS)
        self.registers["struct_size"] = REGISTERS.itemsize
        self._addresses = np.array(ram, np.uint16)
        self.ram = np.zeros((count, len(self._addresses)), np.uint8)
        self.digests = np.zeros(count, np.uint64) if digests else None
        self._handles = np.array(
            [machine._handle.value or 0 for machine in self.machines], dtype=np.uintp
        )
        self._message = _library.message_buffer()
        # The library goes on with these, whatever callers make of the attributes.
        self._arrays = (self.stops, self.registers, self._addresses, self.ram, self.digests)
        self._kept = tuple(self.machines)
        self._batch = _library.Batch(
            struct_size=ctypes.sizeof(_library.Batch),
            stops=self.stops.ctypes.data,
            ram_address_count=len(self._addresses),
            ram_addresses=self._addresses.ctypes.data,
            ram_bytes=self.ram.ctypes.data,
            fast_digests=None if self.digests is None else self.digests.ctypes.data,
            registers=self.registers.ctypes.data,
            run_flags=int(until_halt),
        )

    def __len__(self) -> int:
        return len(self.machines)

    def step(
        self,
        frames: int = 1,
        keys: npt.ArrayLike | None = None,
        *,
        restore: Sequence[Snapshot | None] | None = None,
        screens: npt.NDArray[Any] | None = None,
        format: Screen | str = Screen.PIXELS,
        colors: Iterable[int] | None = None,
    ) -> None:
        """Does with each machine, in this order: restores it, runs it, looks at it.

        Args:
            frames: how many are run.
            keys: masks of keys, one for each machine or (machines, frames); None for those that are
                down.
            restore: for each machine a snapshot to return to first, or None.
            screens: an array for the screens, contiguous, whose first dimension is the machines.
            format: how they are laid out, always as the largest screen (`FIXED`).
            colors: those of all pixel values, at least four, 0xRRGGBB, for all machines.
        """
        count, batch = len(self._kept), self._batch
        if count == 0:
            return
        masks = None if keys is None else np.ascontiguousarray(keys, np.uint16)
        if masks is not None and masks.shape not in ((count,), (count, frames)):
            raise ValueError(f"keys have the shape {masks.shape}, not ({count}, {frames})")
        batch.frames = whole(frames, 32, "frames")
        batch.keys = None if masks is None else masks.ctypes.data
        batch.keys_per_machine = 0 if masks is None else masks.size // count
        snapshots = None
        if restore is not None:
            if len(restore) != count:
                raise ValueError(f"{len(restore)} snapshots for {count} machines")
            values = [0 if one is None else one._handle.value or 1 for one in restore]
            snapshots = np.array(values, np.uintp)
        batch.restore = None if snapshots is None else snapshots.ctypes.data
        palette = color_array(colors)
        batch.colors = None if palette is None else palette.ctypes.data
        if screens is None:
            batch.screens = None
        else:
            if screens.shape[:1] != (count,):
                raise ValueError(f"there are screens for {screens.shape[:1]} and {count} machines")
            batch.screens = writable_address(screens, "screens")
            batch.screen_stride = screens.nbytes // count
            batch.screen_format = int(member(Screen, format)) | FIXED
        team = None if self.team is None else self.team._handle.value
        if self.team is not None and team is None:
            raise error(-1, "the team was closed")
        code = library.chip8_batch_step(
            team, self._handles.ctypes.data, count, batch,
            ctypes.addressof(self._message), len(self._message),
        )  # fmt: skip
        if code < 0:
            raise error(code, self._message.value.decode())
        if restore is not None:
            for machine in self._kept:
                machine._info = None
