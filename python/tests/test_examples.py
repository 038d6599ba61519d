"""The examples and the benchmark run and do what they say."""

import re
import subprocess
import sys

from conftest import ROOT

from chip8 import Machine


def run(script, *arguments):
    return subprocess.run(
        [sys.executable, ROOT / "python" / script, *arguments],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def played(output):
    """The digest of the run that a search has printed as a command, played from power-on."""
    program, seed, frames, keys = re.search(
        r"chip8 (\S+) --headless --seed (\d+) --frames (\d+) --keys (\S+)", output
    ).groups()
    masks = [0] * int(frames)
    for first, last, held in re.findall(r"(\d+)-(\d+):(.)", keys):
        for frame in range(int(first), int(last)):
            masks[frame] |= 1 << int(held, 16)
    machine = Machine(ROOT / program, seed=int(seed))
    machine.run_keys(masks)
    return machine


def test_search_finds_another_ship():
    """A hundred points in Swingby bring a fifth ship, and none was lost."""
    output = run("examples/search.py", "Swingby", "--goal", "100")
    machine = played(output)
    assert output.endswith(f"state  {machine.digest}\n")
    assert 100 * machine.ram[0x844] + machine.ram[0x845] >= 100 and machine.ram[0x849] == 5


def test_search_finds_chains():
    output = run("examples/search.py", "Backfire", "--goal", "40", "--frames", "8")
    machine = played(output)
    assert output.endswith(f"state  {machine.digest}\n")
    assert 100 * machine.ram[0x60C] + machine.ram[0x60D] >= 40


def test_learning_is_better_than_chance(tmp_path):
    """After some thirty updates; docs/PYTHON.md shows what minutes bring."""
    picture = tmp_path / "curve.svg"
    output = run(
        "examples/learn.py", "--updates", "40", "--minutes", "60", "--episodes", "60",
        "--picture", picture,
    )  # fmt: skip
    chance, learned = (
        float(re.search(rf"{name} +([\d.]+) ±", output)[1]) for name in ("random", "learned")
    )
    assert learned > 5 * chance
    assert picture.read_text().startswith("<svg")


def test_the_benchmark_runs():
    output = run("benchmarks/steps.py", "--rounds", "1", "--steps", "2000")
    assert len(re.findall(r"[\d.]+ M$", output, re.MULTILINE)) >= 3 and "SyncVectorEnv" in output
