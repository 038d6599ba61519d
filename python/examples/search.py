"""Plays a game by beam search: many machines continue from the best states, with each action, again and again.

That works since a state can be restored exactly, and since equal digests are equal futures: whatever
leads to a state that was reached before is dropped. In the end the run is played once more from
power-on, and shown as a command that plays it.

    python search.py Backfire --goal 100
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import gymnasium
import numpy as np

import chip8


@dataclass
class Node:
    """A state, how it was reached, and what it is worth."""

    state: chip8.EnvState
    score: int
    actions: tuple[int, ...]


def search(name: str, goal: int, width: int, frames: int, steps: int, seed: int) -> Node | None:
    """The first state found whose score is the goal; None if there is none within the steps."""
    single = gymnasium.make_vec(name, num_envs=1)
    single.reset(seed=seed)
    beam = [Node(single.clone()[0], 0, ())]
    count = int(single.single_action_space.n)
    envs = gymnasium.make_vec(
        name, num_envs=width * count, frame_skip=frames, autoreset_mode="Disabled",
        max_episode_steps=-1,
    )  # fmt: skip
    envs.reset(seed=0)
    actions = np.tile(np.arange(count), width)
    seen: set[int] = set()
    random = np.random.default_rng(0)
    for step in range(steps):
        parents = [node for node in beam for _ in range(count)]
        envs.restore([parents[k % len(parents)].state for k in range(envs.num_envs)])
        _, _, ended, _, infos = envs.step(actions)
        beam = []
        # What is as good is chosen among by chance, so that not all descend from the first.
        lives = infos.get("lives", np.zeros(envs.num_envs))
        for k in np.lexsort((random.random(envs.num_envs), -lives, -infos["score"])):
            digest = envs.machines[k].fast_digest
            if ended[k] or digest in seen:
                continue
            seen.add(digest)
            path = (*parents[k % len(parents)].actions, int(actions[k]))
            beam.append(Node(envs.clone([k])[0], int(infos["score"][k]), path))
            if len(beam) == width:
                break
        if not beam:
            return None
        if step % 50 == 49 or beam[0].score >= goal:
            print(f"after {step + 1} steps: score {beam[0].score}, {len(seen)} states")
        if beam[0].score >= goal:
            return beam[0]
    return None


def command(name: str, node: Node, frames: int) -> tuple[str, str]:
    """The run as a command, and the digest that it ends with."""
    env = gymnasium.make(name).unwrapped
    game, keys, frame, spans = env.game, env.keys, 0, []
    masks: list[tuple[int, ...]] = []
    for count, held in game.start:
        masks += [held] * count
    for action in node.actions:
        masks += [keys[action]] * frames
    machine = chip8.Machine(chip8.find_program(game), seed=node.state.seed)
    machine.run_keys([sum(1 << key for key in held) for held in masks])
    while frame < len(masks):
        end = frame
        while end < len(masks) and masks[end] == masks[frame]:
            end += 1
        spans += [f"{frame}-{end}:{key:X}" for key in masks[frame]]
        frame = end
    line = (
        f"chip8 roms/{game.bundled} --headless --seed {node.state.seed} --frames {len(masks)}"
        f" --keys {','.join(spans)} --print hashes"
    )
    return line, machine.digest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("game", nargs="?", default="Backfire")
    parser.add_argument("--goal", type=int, default=100, help="the score to reach")
    parser.add_argument("--width", type=int, default=64, help="states that are kept")
    parser.add_argument("--frames", type=int, default=4, help="for which an action is held")
    parser.add_argument("--steps", type=int, default=4000, help="actions, at most")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    name = f"chip8/{wanted.game}-v0"
    started = time.perf_counter()
    node = search(name, wanted.goal, wanted.width, wanted.frames, wanted.steps, wanted.seed)
    seconds = time.perf_counter() - started
    if node is None:
        raise SystemExit(f"no score of {wanted.goal} was found in {wanted.steps} steps")
    line, digest = command(name, node, wanted.frames)
    assert digest == node.state.snapshot.machine().digest
    print(
        f"{node.score} points in {wanted.frames * len(node.actions)} frames, found in {seconds:.1f} s"
    )
    print(line)
    print(f"state  {digest}")


if __name__ == "__main__":
    main()
