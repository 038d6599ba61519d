"""Plays programs in the core three times: straight, rolled back after each frame, and rolled back twice
as front ends do that run ahead or play over a network. Video, audio and states must be the same each
time, and screen, RAM and state those of a headless run.

Usage: passes.py CORE CHIP8 FRAMES PROGRAM…
"""

import hashlib
import json
import subprocess
import sys

from core import SYSTEM_RAM, VIDEO_RAM, Game, key_script, keys_of, state_digest


def straight(core: str, program: str, frames: int):
    with Game(core, program) as game:
        results = [(game.run(keys_of(frame)), game.save()) for frame in range(frames)]
        frame = game.video.screenshot(False)
        pixels = game.memory(VIDEO_RAM)[:frame.width * frame.height]
        return results, pixels, game.memory(SYSTEM_RAM)


def rolled_back(core: str, program: str, frames: int, times: int):
    """Each frame is run, runs on with other keys, and is run again."""
    with Game(core, program) as game:
        results = []
        for frame in range(frames):
            before = game.save()
            for attempt in range(times):
                game.run(keys_of(frame))
                for ahead in range(1 + attempt):
                    game.run((frame + ahead & 15,))
                assert game.load(before), f"frame {frame}: its own state is refused"
            results.append((game.run(keys_of(frame)), game.save()))
        return results


def headless(chip8: str, program: str, frames: int) -> dict:
    run = subprocess.run(
        [chip8, program, "--headless", "--frames", str(frames), "--keys", key_script(frames), "--json"],
        capture_output=True)
    assert run.returncode in (0, 70), run.stderr.decode()
    return json.loads(run.stdout)


def check(core: str, chip8: str, program: str, frames: int):
    first, pixels, ram = straight(core, program, frames)
    for times in (1, 2):
        again = rolled_back(core, program, frames, times)
        for frame, (one, other) in enumerate(zip(first, again)):
            assert one[0][0] == other[0][0], f"frame {frame}: another picture, rolled back {times} times"
            assert one[0][1] == other[0][1], f"frame {frame}: another sound, rolled back {times} times"
            assert one[1] == other[1], f"frame {frame}: another state, rolled back {times} times"
    report = headless(chip8, program, frames)
    # A run ends where the program does, and the core stays there.
    digest = state_digest(first[-1][1])
    if report["stop"] in ("frames", "exit", "fault"):
        assert digest == report["state"]["sha256"], "another state than headless"
        assert hashlib.sha1(pixels).hexdigest() == report["screen"]["sha1"], "another screen"
        assert hashlib.sha1(ram).hexdigest() == report["ram"]["sha1"], "another RAM"
        return True
    return False


def main(core: str, chip8: str, frames: str, *programs: str) -> int:
    failures = compared = 0
    for program in programs:
        try:
            compared += check(core, chip8, program, int(frames))
        except (AssertionError, RuntimeError) as error:
            failures += 1
            print(f"{program}: {error}")
    print(f"{len(programs) - failures} of {len(programs)} programs, {compared} beside headless runs")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
