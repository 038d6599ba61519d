"""The RAM of a machine, as something to index."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np
import numpy.typing as npt

from ._library import error, library

if TYPE_CHECKING:
    from .machine import Machine


class RAM:
    """The RAM of a machine. It is read where it is, each time; what is returned is a copy."""

    __slots__ = ("_machine",)

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def __len__(self) -> int:
        return self._machine.ram_size

    def _view(self) -> npt.NDArray[np.uint8]:
        # Valid until the machine changes, so it does not leave this object.
        handle = self._machine._handle.value
        pointer = library.chip8_ram(handle)
        if not pointer:
            raise error(-1)
        return np.ctypeslib.as_array(
            ctypes.cast(pointer, ctypes.POINTER(ctypes.c_uint8)), (len(self),)
        )

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        if isinstance(index, slice):
            return self._view()[index].copy()
        return int(self._view()[index])

    def __setitem__(self, index: SupportsIndex | slice, value: Any) -> None:
        if not isinstance(index, slice):
            address = range(len(self))[index]
            self._machine.poke(address, bytes([value]))
            return
        start, stop, step = index.indices(len(self))
        content = bytes(value)
        if step != 1 or len(content) != max(0, stop - start):
            raise ValueError(f"{len(content)} bytes do not fit {stop - start} of RAM")
        self._machine.poke(start, content)

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        if copy is False:
            raise ValueError("the RAM is read by copying it")
        result: npt.NDArray[Any] = self._view().astype(np.uint8 if dtype is None else dtype)
        return result
