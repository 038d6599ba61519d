"""Finds the numbers that a program shows, for games of which nothing is known.

Programs turn numbers into digits with Fx33, which writes three bytes at I. Where those are is found by
playing for a while, one instruction after another.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from .games import Game, Ints, View
from .machine import Machine

FRAMES_TO_WATCH = 1800
INSTRUCTIONS_TO_WATCH = 60_000


def find_numbers(machine: Machine, frames: int = FRAMES_TO_WATCH, seed: int = 0) -> list[int]:
    """The addresses to which a program writes digits, in order.

    Args:
        machine: where it is; it stays as it is.
        frames: how many are watched.
        seed: what keys are pressed follows from it, always the same.
    """
    machine = machine.clone()
    random = np.random.default_rng(seed)
    keys = sorted(set(machine.known_keys.values())) or list(range(16))
    found: set[int] = set()
    held, released, last = 0, 0, machine.registers.frames
    first = last
    for _ in range(INSTRUCTIONS_TO_WATCH):
        registers = machine.registers
        if registers.frames - first >= frames:
            break
        if registers.frames >= released:
            held = int(random.choice([0, *(1 << key for key in keys)]))
            released = registers.frames + int(random.integers(2, 12))
        address = registers.pc & (machine.ram_size - 1)
        if address + 1 < machine.ram_size:
            high, low = machine.ram[address : address + 2]
            if low == 0x33 and high >> 4 == 0xF:
                found.add(registers.i)
        # A key wait passes frames without an instruction.
        if machine.run_until(frames=1, instructions=1, keys=held):
            break
    return sorted(found)


def watch_numbers(game: Game, machine: Machine) -> Game:
    """The same game, whose score is the sum of the numbers that it shows."""
    addresses = find_numbers(machine)
    return dataclasses.replace(game, score=NumberSum(tuple(addresses)))


@dataclasses.dataclass(frozen=True)
class NumberSum:
    """The sum of numbers at some addresses. What is not digits counts as nothing."""

    addresses: tuple[int, ...]

    def __call__(self, view: View) -> Ints:
        total = np.zeros_like(view.pc)
        for address in self.addresses:
            digits = [view.ram(address + k) for k in range(3)]
            number = 100 * digits[0] + 10 * digits[1] + digits[2]
            total += np.where((np.stack(digits) <= 9).all(axis=0), number, 0)
        return total
