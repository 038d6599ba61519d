"""``python -m chip8.farm``: the jobs of a file on a Ray cluster."""

from __future__ import annotations

import argparse
import os
import sys
import time

from chip8 import Error
from chip8.farm import Options
from chip8.farm.results import BATCH, FarmError, Jobs, Results


def _shard(text: str) -> tuple[int, int]:
    number, _, count = text.partition("/")
    if not (number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count)):
        raise argparse.ArgumentTypeError(f"{text!r} is not as in 1/4")
    return int(number), int(count)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chip8.farm",
        description="Run the jobs of a file on a Ray cluster, and write how each has ended.",
    )
    parser.add_argument("jobs", metavar="JOBS.jsonl", help="the jobs, a line each")
    parser.add_argument("-o", "--output", metavar="RESULTS.jsonl", required=True)
    parser.add_argument("--address", help="the cluster (one on this machine alone)")
    parser.add_argument("--fields", metavar="A,B", help="only these members of a result")
    parser.add_argument("--shard", metavar="I/N", type=_shard, default=(1, 1))
    parser.add_argument("--actors", metavar="N", type=_positive, help="one for each processor")
    parser.add_argument("--batch", metavar="N", type=_positive, default=BATCH)
    parser.add_argument(
        "--max-instructions", metavar="N", type=_positive, default=Options.max_instructions
    )
    return parser


def _run(arguments: argparse.Namespace) -> None:
    try:
        import ray

        from chip8.farm import cluster
    except ImportError:
        raise FarmError("Ray is missing: pip install 'chip8[farm]'", 69) from None
    try:
        with open(arguments.jobs, "rb") as file:
            jobs = Jobs(file.read(), arguments.shard)
    except OSError as error:
        raise FarmError(
            f"{arguments.jobs}: cannot be read: {str(error.strerror).lower()}", 66
        ) from None
    options = Options(
        os.path.dirname(os.path.abspath(arguments.jobs)),
        arguments.fields and arguments.fields.split(","),
        arguments.max_instructions,
    )
    results = Results(arguments.output, jobs, options, arguments.shard)
    ray.init(address=arguments.address, log_to_driver=False, configure_logging=False)
    try:
        actors = arguments.actors or max(1, int(ray.cluster_resources().get("CPU", 1)))
        cluster.run(jobs, options, results, actors, arguments.batch, _progress(len(jobs)))
    finally:
        results.close()
        ray.shutdown()
    if results.error_count:
        what = "its line says" if results.error_count == 1 else "their lines say"
        raise FarmError(
            f"{arguments.output}: {results.error_count} of {len(jobs)} jobs could not be run; "
            f"{what} why",
            65,
        )


def _progress(count: int):  # type: ignore[no-untyped-def]
    start = time.monotonic()

    def show(done: int) -> None:
        if sys.stderr.isatty():
            rate = done / max(1e-9, time.monotonic() - start)
            end = "\n" if done == count else ""
            print(
                f"\r\x1b[K{done} of {count} jobs, {rate:.0f}/s",
                end=end,
                file=sys.stderr,
                flush=True,
            )

    return show


def main() -> int:
    """Runs the command line, and returns the exit code."""
    try:
        _run(_parser().parse_args())
    except FarmError as error:
        print(f"chip8.farm: {error}", file=sys.stderr)
        return error.code
    except Error as error:
        print(f"chip8.farm: {error}", file=sys.stderr)
        return 64
    except KeyboardInterrupt:
        print("chip8.farm: interrupted; the same command continues", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
