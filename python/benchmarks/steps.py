"""Measures steps a second: four frames of eleven instructions, exact timers, observations as planes.

The vector of this package and Gymnasium's SyncVectorEnv, of the same environments, take turns, and the
best of several turns counts: on a computer that is busy, others take time away, and nobody gives any.
Where Octax is installed, and the game is Brix, it takes part, compiled by JAX for the processor; with timers
that count, and all its steps in one call.

    python steps.py [--game Brix] [--rounds 5] [--steps 400000] [--processor-time]
"""

from __future__ import annotations

import argparse
import importlib.util
import tempfile
import time
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import SyncVectorEnv, VectorEnv

import chip8
from chip8.games import find_game

ARGUMENTS = {"frame_skip": 4, "ipf": 11}


def run(envs: VectorEnv, steps: int, clock: Callable[[], float]) -> float:
    """Steps a second, each environment's counted."""
    count = envs.single_action_space.n
    actions = np.random.default_rng(0).integers(0, count, (16, envs.num_envs))
    for k in range(2):
        envs.step(actions[k])
    started = clock()
    for k in range(steps):
        envs.step(actions[k % 16])
    return steps * envs.num_envs / (clock() - started)


def vector(game: str, count: int, threads: int) -> VectorEnv:
    return gymnasium.make_vec(game, num_envs=count, threads=threads, **ARGUMENTS)


def sync(game: str, count: int) -> VectorEnv:
    return SyncVectorEnv([lambda: gymnasium.make(game, **ARGUMENTS)] * count)


class Octax:
    """Octax with Brix."""

    def __init__(self, rom: bytes, count: int) -> None:
        import jax
        from octax.env import OctaxEnv

        with tempfile.NamedTemporaryFile(suffix=".ch8") as file:
            file.write(rom)
            file.flush()
            env = OctaxEnv(
                file.name, instruction_frequency=660, frame_skip=4, action_set=[4, 6],
                startup_instructions=500, disable_delay=False,
                score_fn=lambda state: state.V[5], terminated_fn=lambda state: state.V[14] == 0,
            )  # fmt: skip
        self.count = count
        self._states, *_ = jax.vmap(env.reset)(jax.random.split(jax.random.PRNGKey(0), count))

        def step(states: Any, actions: Any) -> tuple[Any, Any]:
            states, screens, rewards, *_ = jax.vmap(env.step)(states, actions)
            return states, (screens.sum(), rewards.sum())

        self._run = jax.jit(lambda states, actions: jax.lax.scan(step, states, actions))

    def rate(self, steps: int, clock: Callable[[], float]) -> float:
        """Steps a second; what compiling takes is not counted."""
        import jax

        actions = np.random.default_rng(0).integers(0, 3, (steps, self.count))
        jax.block_until_ready(self._run(self._states, actions))
        started = clock()
        jax.block_until_ready(self._run(self._states, actions))
        return steps * self.count / (clock() - started)


def calls() -> list[tuple[str, Callable[[], object]]]:
    """What search does between its steps."""
    machine = chip8.Machine(chip8.find_program(chip8.GAMES[0]))
    machine.run(100)
    snapshot = machine.snapshot()
    screen = machine.screen()
    return [
        ("machine.run(1), 11 instructions", lambda: machine.run()),
        ("machine.snapshot(into)", lambda: machine.snapshot(snapshot)),
        ("machine.restore", lambda: machine.restore(snapshot)),
        ("machine.fast_digest", lambda: machine.fast_digest),
        ("machine.screen(out=…)", lambda: machine.screen(out=screen)),
        ("machine.clone()", lambda: machine.clone()),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--game", default="Backfire")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=400_000, help="of all environments, a turn")
    parser.add_argument(
        "--processor-time", action="store_true",
        help="count the time that processors have spent, on all threads, and not the clock's",
    )  # fmt: skip
    wanted = parser.parse_args()
    clock = time.process_time if wanted.processor_time else time.perf_counter
    threads = chip8.batch.default_threads()
    game = f"chip8/{wanted.game}-v0"
    cases: list[tuple[str, VectorEnv, int]] = [
        (
            f"vector of {count}, {number} threads",
            vector(game, count, number),
            max(1, wanted.steps // count),
        )
        for count in (256, 1024, 4096)
        for number in sorted({1, threads})
    ]
    cases.append(("SyncVectorEnv of 64", sync(game, 64), max(1, wanted.steps // 2560)))
    best = dict.fromkeys((name for name, _, _ in cases), 0.0)
    for _, envs, _ in cases:
        envs.reset(seed=0)
    for _ in range(wanted.rounds):
        for name, envs, steps in cases:
            best[name] = max(best[name], run(envs, steps, clock))
    if wanted.game == "Brix" and importlib.util.find_spec("octax"):
        octax = Octax(chip8.find_program(find_game("Brix")), 256)
        rates = (octax.rate(max(1, wanted.steps // 25_600), clock) for _ in range(wanted.rounds))
        best["Octax, 256 at once"] = max(rates)
    print(f"{wanted.game}: steps of 4 frames x 11 instructions a second")
    for name, rate in best.items():
        print(f"  {name:28} {rate / 1e6:8.3f} M")
    print("microseconds a call")
    for name, call in calls():
        times = []
        for _ in range(wanted.rounds):
            started = clock()
            for _ in range(wanted.steps // 20):
                call()
            times.append((clock() - started) / (wanted.steps // 20) * 1e6)
        print(f"  {name:32} {min(times):6.2f}")


if __name__ == "__main__":
    main()
