"""Runs chip8 with absurd command lines: any output against any input, on real files.
Three rules must hold of each (Fuzz/README.md): no crash and no hang; what ends well has written every
output whole; whatever fails has left every file as it was.

Usage: python3 Fuzz/commands CHIP8 [--seconds N | --cases N] [--seed N] [--case N] [--all]
"""

import argparse
import pathlib
import random
import shlex
import sys
import tempfile
import time

# Nothing is left beside the sources.
sys.dont_write_bytecode = True

from lines import Line, Lines  # noqa: E402
from rules import Broken, check, execute  # noqa: E402
from world import World  # noqa: E402


def main() -> int:
    arguments = options()
    program = str(pathlib.Path(arguments.program).resolve())
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="chip8-commands-") as scratch:
        fuzzer = Fuzzer(program, pathlib.Path(scratch), seed, arguments.timeout)
        if arguments.case is not None:
            return 0 if fuzzer.try_case(arguments.case, verbose=True) else 1
        found = fuzzer.run(arguments.cases, arguments.seconds, arguments.all)
        print(f"{fuzzer.count} command lines, by exit code: {dict(sorted(fuzzer.codes.items()))}")
        return 1 if found else 0


def options():
    parser = argparse.ArgumentParser(prog="Fuzz/commands")
    parser.add_argument("program", help="the built chip8")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--cases", type=int, help="so many command lines, however long they take")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--case", type=int, help="only this one of the seed's command lines")
    parser.add_argument("--all", action="store_true", help="continue after a finding")
    parser.add_argument("--timeout", type=float, default=60, help="what counts as a hang, in seconds")
    return parser.parse_args()


class Fuzzer:
    def __init__(self, program: str, scratch: pathlib.Path, seed: int, timeout: float):
        self.world = World(program, scratch)
        self.lines = Lines(program)
        self.seed, self.timeout = seed, timeout
        self.count, self.codes, self.reported = 0, {}, set()

    def run(self, cases, seconds: float, goes_on: bool) -> int:
        """Tries case after case, and returns how many break a rule."""
        end, found = time.monotonic() + seconds, 0
        while self.count < cases if cases is not None else time.monotonic() < end:
            if not self.try_case(self.count):
                found += 1
                if not goes_on:
                    break
            self.count += 1
        return found

    def try_case(self, case: int, verbose: bool = False) -> bool:
        line = self.lines.line(random.Random(f"{self.seed} {case}"))
        if verbose:
            print(shell(line))
        broken = self.problem(line, counts=True)
        if broken is None:
            return True
        line, broken = self.shrunk(line, broken)
        if broken not in self.reported:
            self.reported.add(broken)
            print(f"case {case}: {broken}\n  {shell(line)}\n  {printable(self.errors)}", flush=True)
        return False

    def problem(self, line: Line, counts: bool = False):
        """The rule that a line breaks, in words; nil if it breaks none."""
        self.errors = ""
        try:
            outcome = execute(self.world, line, self.timeout)
            self.errors = outcome.errors.strip()
            if counts:
                self.codes[outcome.code] = self.codes.get(outcome.code, 0) + 1
            check(self.world, line, outcome)
        except Broken as broken:
            return str(broken)
        except ValueError as error:
            return f"its output cannot be read: {error}"
        finally:
            if self.world.changes():
                self.world.reset()
        return None

    def shrunk(self, line: Line, broken: str):
        """The shortest line that can be made of this one by leaving out parts, and that breaks a rule."""
        if broken.startswith("it has not ended"):
            # Each attempt would take as long as that.
            return line, broken
        for shorter in line.shorter():
            if (still := self.problem(shorter)) is not None:
                return self.shrunk(shorter, still)
        # Once more, for what it has said.
        return line, self.problem(line) or broken


def shell(line: Line) -> str:
    """The line as a shell takes it."""
    words = [shlex.quote(word) if printable(word) == word else f"$'{printable(word)}'" for word in line.words]
    return " ".join(["chip8", *words]) + ("" if line.input == "nothing" else f"  (standard input: {line.input})")


def printable(text: str) -> str:
    """The text without anything that moves a terminal's cursor."""
    return "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in text)


if __name__ == "__main__":
    sys.exit(main())
