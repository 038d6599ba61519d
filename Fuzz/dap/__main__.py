"""Speaks to `chip8 dap` as no editor would: requests in any order, with arguments of any kind, messages
that are none. Four rules must hold of each session (Fuzz/README.md).

Usage: python3 Fuzz/dap CHIP8 [--seconds N | --cases N] [--seed N] [--case N] [--all]
"""

import argparse
import pathlib
import random
import sys
import tempfile
import time

# Nothing is left beside the sources.
sys.dont_write_bytecode = True

from messages import Messages, framed  # noqa: E402
from session import Broken, Session  # noqa: E402

PROGRAMS = {
    "game.8o": ":alias x v3\n:breakpoint here\n:monitor x 2\n:macro twice R { R += 1 R += 1 }\n: main\n  i := box\n"
               "  loop\n    twice x\n    draw\n    if x == 200 then jump over\n  again\n: draw\n  sprite x v4 2\n  ;\n"
               ": over\n  return\n: box 0xF0 0xF0\n",
    "keys.8o": ": main\n  loop\n    v1 := key\n    v2 += v1\n  again\n",
    "busy.8o": ": main\n  loop\n    v0 += 1\n    i := main\n    load v0\n  again\n",
    "exit.8o": ": main\n  v1 := random 0xFF\n  exit\n",
}


def main() -> int:
    arguments = options()
    program = str(pathlib.Path(arguments.program).resolve())
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="chip8-dap-") as scratch:
        for name, text in PROGRAMS.items():
            pathlib.Path(scratch, name).write_text(text)
        pathlib.Path(scratch, "bad.state").write_bytes(b"\x89IMG\r\n\x1a\n1234")
        cases = [arguments.case] if arguments.case is not None else range(arguments.cases or 1 << 40)
        end, count, found, answers = time.monotonic() + arguments.seconds, 0, 0, {True: 0, False: 0}
        for case in cases:
            if arguments.case is None and arguments.cases is None and time.monotonic() > end:
                break
            count += 1
            problem = play(program, scratch, f"{seed} {case}", answers, arguments.case is not None)
            if problem:
                found += 1
                print(f"case {case}: {problem}", flush=True)
                if not arguments.all:
                    break
        print(f"{count} sessions; {answers[True]} requests were done and {answers[False]} refused")
        return 1 if found else 0


def options():
    parser = argparse.ArgumentParser(prog="Fuzz/dap")
    parser.add_argument("program", help="the built chip8")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--cases", type=int, help="so many sessions, however long they take")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--case", type=int, help="only this one of the seed's sessions")
    parser.add_argument("--all", action="store_true", help="continue after a finding")
    return parser.parse_args()


def play(program: str, scratch: str, seed: str, answers: dict, verbose: bool):
    """Plays a session, and returns which rule it breaks, if it does."""
    rng = random.Random(seed)
    messages = Messages(rng, list(PROGRAMS) + ["bad.state", "missing.8o"])
    session = Session(program, scratch, verbose)
    try:
        for message in messages.session():
            session.send(message, waits=rng.random() < 0.8)
        if rng.random() < 0.3:
            session.send_raw(messages.garbage())
        elif rng.random() < 0.5:
            session.send(messages.request("disconnect", {}), waits=True)
        session.end()
        return None
    except Broken as broken:
        last = [framed(one)[:300] for one in session.sent[-3:]]
        return f"{broken}\n  after {len(session.sent)} messages, the last ones {last}\n  {session.errors()[-600:]}"
    finally:
        session.kill()
        for key, value in session.answers.items():
            answers[key] += value


if __name__ == "__main__":
    sys.exit(main())
