"""Learns to ski: proximal policy optimization of a small network, in NumPy alone, on our game Schuss.

The agent sees the slope around its skier, four pixels by four in one, and presses a key for four frames.
Points are paid for gates; for nothing else. What it has learned is compared with random play on slopes that
it has not seen, and the learning curve is drawn.

    python learn.py --minutes 5 --picture learning.svg
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass, field
from pathlib import Path

# Matrices this small are slower on several threads than on one. NumPy reads that when it is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import gymnasium  # noqa: E402
import numpy as np  # noqa: E402

import chip8  # noqa: E402, F401

GAME = "chip8/Schuss-v0"
#: The skier's box is at V3, V4. So much is seen above it and on both sides of it, and how much in all.
ABOVE, BESIDE, HEIGHT, WIDTH = 8, 28, 48, 64
POOL = 4
RATE = 5e-4
INPUTS = 2 * (HEIGHT // POOL) * (WIDTH // POOL) + 4


def look(planes: np.ndarray, registers: np.ndarray) -> np.ndarray:
    """What the agent sees: (environments, INPUTS)."""
    v = registers["v"].astype(int)
    left, top = np.minimum(v[:, 3], 127), np.minimum(v[:, 4], 63)
    padded = np.pad(planes, ((0, 0), (0, 0), (ABOVE, HEIGHT), (BESIDE, WIDTH)))
    seen = np.stack(
        [
            padded[k, :, top[k] : top[k] + HEIGHT, left[k] : left[k] + WIDTH]
            for k in range(len(planes))
        ]
    )
    # Four pixels side by side are a number, which is 0 if none of them is set.
    fours = seen.view(np.uint32).reshape(len(planes), 2, HEIGHT // POOL, POOL, WIDTH // POOL)
    pooled = (np.bitwise_or.reduce(fours, axis=3) != 0).reshape(len(planes), -1)
    # Where it is, and whether it jumps or lies in the snow.
    more = np.stack([left / 128, top / 64, v[:, 6] > 0, v[:, 7] > 0], axis=1)
    return np.concatenate([pooled, more], axis=1).astype(np.float32)


@dataclass
class Network:
    """Inputs → tanh → tanh → logits of the actions, and the value; with Adam."""

    actions: int
    hidden: int = 96
    seed: int = 0
    weights: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        random = np.random.default_rng(self.seed)
        sizes = [(INPUTS, self.hidden), (self.hidden, self.hidden), (self.hidden, self.actions + 1)]
        for (rows, columns), scale in zip(sizes, (1.0, 1.0, 0.01), strict=True):
            matrix = random.standard_normal((rows, columns)) * scale / np.sqrt(rows)
            self.weights += [matrix.astype(np.float32), np.zeros(columns, np.float32)]
        self.means = [np.zeros_like(weight) for weight in self.weights]
        self.squares = [np.zeros_like(weight) for weight in self.weights]
        self.time = 0

    def forward(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        """Log probabilities of the actions, values, and what `backward` needs."""
        w = self.weights
        first = np.tanh(x @ w[0] + w[1])
        second = np.tanh(first @ w[2] + w[3])
        out = second @ w[4] + w[5]
        logits = out[:, :-1] - out[:, :-1].max(axis=1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return logs, out[:, -1], [x, first, second]

    def backward(self, layers: list[np.ndarray], slope: np.ndarray, rate: float) -> None:
        """A step of Adam down the slope of the output."""
        w, (x, first, second) = self.weights, layers
        inner = (slope @ w[4].T) * (1 - second**2)
        outer = (inner @ w[2].T) * (1 - first**2)
        slopes = [x.T @ outer, outer.sum(0), first.T @ inner, inner.sum(0), second.T @ slope]
        slopes.append(slope.sum(0))
        norm = np.sqrt(sum(float((one**2).sum()) for one in slopes))
        self.time += 1
        for k, one in enumerate(slopes):
            one = one * min(1.0, 0.5 / (norm + 1e-8))
            self.means[k] += 0.1 * (one - self.means[k])
            self.squares[k] += 0.001 * (one**2 - self.squares[k])
            mean = self.means[k] / (1 - 0.9**self.time)
            square = self.squares[k] / (1 - 0.999**self.time)
            w[k] -= rate * mean / (np.sqrt(square) + 1e-5)


def choose(logs: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """An action each, as probable as the network says."""
    return (logs + random.gumbel(size=logs.shape)).argmax(axis=1)


class Learner:
    """Plays on some environments at once, and learns from what has come of it."""

    def __init__(self, count: int = 64, length: int = 64, seed: int = 0) -> None:
        self.envs = gymnasium.make_vec(GAME, num_envs=count)
        self.network = Network(int(self.envs.single_action_space.n), seed=seed)
        self.random = np.random.default_rng(seed)
        self.length, self.steps = length, 0
        planes, _ = self.envs.reset(seed=seed)
        self.seen = look(planes, self.envs.registers)
        self.begins = np.zeros(count, bool)
        self.scores: list[int] = []

    def update(self, rate: float) -> None:
        """Plays for a while, then learns from it."""
        seen, actions, rewards, ends, logs, values, useful = ([] for _ in range(7))
        for _ in range(self.length):
            log, value, _ = self.network.forward(self.seen)
            action = choose(log, self.random)
            planes, reward, terminated, truncated, infos = self.envs.step(action)
            ended = terminated | truncated
            for record, what in zip(
                (seen, actions, rewards, ends, logs, values, useful),
                (self.seen, action, reward / 4, ended, log, value, ~self.begins),
                strict=True,
            ):
                record.append(what)
            self.scores += infos["score"][ended].tolist()
            # The step after the last one of a game begins the next one, whatever the action is.
            self.begins = ended
            self.seen = look(planes, self.envs.registers)
            self.steps += len(action)
        _, last, _ = self.network.forward(self.seen)
        gains = self._advantages(np.array(rewards), np.array(ends), np.array(values), last)
        self._learn(
            np.concatenate(seen), np.concatenate(actions), np.concatenate(logs), gains.ravel(),
            (gains + np.array(values)).ravel(), np.concatenate(useful), rate,
        )  # fmt: skip

    def _advantages(
        self, rewards: np.ndarray, ends: np.ndarray, values: np.ndarray, last: np.ndarray
    ) -> np.ndarray:
        """How much better each action was than expected."""
        gains = np.zeros_like(values)
        gain = np.zeros_like(last)
        for t in range(self.length - 1, -1, -1):
            goes_on = 1.0 - ends[t]
            gain = rewards[t] + 0.98 * last * goes_on - values[t] + 0.98 * 0.95 * goes_on * gain
            gains[t], last = gain, values[t]
        return gains

    def _learn(
        self, seen: np.ndarray, actions: np.ndarray, before: np.ndarray, gains: np.ndarray,
        targets: np.ndarray, useful: np.ndarray, rate: float,
    ) -> None:  # fmt: skip
        rows = np.flatnonzero(useful)
        for _ in range(3):
            self.random.shuffle(rows)
            for part in np.array_split(rows, 4):
                logs, values, layers = self.network.forward(seen[part])
                action, count = actions[part], len(part)
                gain = (gains[part] - gains[part].mean()) / (gains[part].std() + 1e-8)
                each = np.arange(count)
                ratio = np.exp(logs[each, action] - before[part][each, action])
                is_free = np.where(gain > 0, ratio < 1.2, ratio > 0.8)
                chances = np.exp(logs)
                slope = np.zeros((count, logs.shape[1] + 1), np.float32)
                push = np.where(is_free, gain * ratio, 0)
                slope[:, :-1] = chances * push[:, None]
                slope[each, action] -= push
                # Some curiosity: the entropy's slope.
                entropy = -(chances * logs).sum(axis=1, keepdims=True)
                slope[:, :-1] += 0.01 * chances * (logs + entropy)
                slope[:, -1] = 0.5 * (values - targets[part])
                self.network.backward(layers, slope / count, rate)


def evaluate(network: Network | None, episodes: int, seed: int) -> np.ndarray:
    """The scores of whole games; without a network, of random play."""
    envs = gymnasium.make_vec(GAME, num_envs=episodes)
    random = np.random.default_rng(seed)
    planes, _ = envs.reset(seed=seed)
    scores, ended = np.zeros(episodes, int), np.zeros(episodes, bool)
    while not ended.all():
        if network is None:
            actions = random.integers(envs.single_action_space.n, size=episodes)
        else:
            actions = choose(network.forward(look(planes, envs.registers))[0], random)
        planes, _, terminated, truncated, infos = envs.step(actions)
        now = (terminated | truncated) & ~ended
        scores[now] = infos["score"][now]
        ended |= now
    return scores


def draw(curve: list[tuple[int, float]], chance: float, path: Path) -> None:
    """The learning curve, as SVG."""
    width, height, left, bottom = 640, 320, 56, 40
    steps, highest = max(step for step, _ in curve), max(1.1 * max(s for _, s in curve), 1.0)

    def place(step: float, score: float) -> str:
        x = left + (width - left - 16) * step / steps
        return f"{x:.1f},{(height - bottom) - (height - bottom - 24) * score / highest:.1f}"

    marks = []
    unit = next(n * 10**k for k in range(6) for n in (1, 2, 5) if highest / (n * 10**k) < 6)
    for score in np.arange(0, highest, unit):
        x, y = place(0, score).split(",")
        marks.append(f'<line x1="{x}" y1="{y}" x2="{width - 16}" y2="{y}" stroke="#ddd"/>')
        marks.append(
            f'<text x="{left - 8}" y="{float(y) + 4}" text-anchor="end">{score:.0f}</text>'
        )
    for k in range(5):
        x, _ = place(steps * k / 4, 0).split(",")
        label = f"{steps * k / 4e6:.2f}"
        marks.append(f'<text x="{x}" y="{height - 20}" text-anchor="middle">{label}</text>')
    a, b = place(0, chance).split(","), place(steps, chance).split(",")
    points = " ".join(place(step, score) for step, score in curve)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        ' font-family="sans-serif" font-size="12">\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(marks) + "\n"
        f'<line x1="{a[0]}" y1="{a[1]}" x2="{b[0]}" y2="{b[1]}" stroke="#c60" stroke-dasharray="6 4"/>\n'
        f'<text x="{float(b[0]) - 4}" y="{float(b[1]) - 6}" text-anchor="end" fill="#c60">random</text>\n'
        f'<polyline points="{points}" fill="none" stroke="#036" stroke-width="2"/>\n'
        f'<text x="{left}" y="16">points a game</text>\n'
        f'<text x="{width - 16}" y="{height - 6}" text-anchor="end">millions of steps</text>\n</svg>\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="how long to learn")
    parser.add_argument("--updates", type=int, default=10**9, help="of 4096 steps each, at most")
    parser.add_argument("--episodes", type=int, default=200, help="games to compare with")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--picture", type=Path, help="an SVG of the learning curve")
    wanted = parser.parse_args()
    learner = Learner(seed=wanted.seed)
    curve: list[tuple[int, float]] = []
    started = time.perf_counter()
    elapsed, update = 0.0, 0
    # The clock only ends it, so that a number of updates always learns the same.
    while elapsed < 60 * wanted.minutes and update < wanted.updates:
        learner.update(RATE)
        update += 1
        elapsed = time.perf_counter() - started
        if update % 20 == 0 or update == wanted.updates:
            recent = float(np.mean(learner.scores[-200:] or [0]))
            curve.append((learner.steps, recent))
            print(f"{elapsed:5.0f} s  {learner.steps:9,} steps  {recent:6.2f} points", flush=True)
    chance = evaluate(None, wanted.episodes, 10**6)
    learned = evaluate(learner.network, wanted.episodes, 10**6)
    print(
        f"random   {chance.mean():6.2f} ± {chance.std() / np.sqrt(len(chance)):.2f} points a game"
    )
    print(f"learned  {learned.mean():6.2f} ± {learned.std() / np.sqrt(len(learned)):.2f}")
    if wanted.picture:
        draw(curve, float(chance.mean()), wanted.picture)


if __name__ == "__main__":
    main()
