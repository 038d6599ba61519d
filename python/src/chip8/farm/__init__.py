"""Farms: runs by the million, here or on many machines.

A job is a line of JSON, and so is the row that says how it has ended: docs/FARMING.md. ``rows`` runs some
jobs in this process; ``python -m chip8.farm`` runs all of a file on a Ray cluster. Both give the bytes
that ``chip8 farm`` writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike, fspath

from chip8 import _library
from chip8.values import whole


@dataclass(frozen=True)
class Options:
    """What holds for all jobs of a farm.

    Attributes:
        directory: what the paths in jobs are relative to; None for the current directory.
        fields: the members of a row; None for all.
        max_instructions: the most that one job may execute.
    """

    directory: str | PathLike[str] | None = None
    fields: Sequence[str] | None = None
    max_instructions: int = 10_000_000_000


def rows(jobs: bytes, options: Options = Options()) -> tuple[bytes, int]:
    """Runs the jobs of a text, one after another, in this thread; others can run meanwhile.

    Args:
        jobs: the lines of a job file.

    Returns:
        A line for each job, in their order, and how many of them could not be run.

    Raises:
        chip8.ArgumentError: a row has no such field.
    """
    fields = None if options.fields is None else ",".join(options.fields).encode()
    directory = None if options.directory is None else fspath(options.directory).encode()
    most = whole(options.max_instructions, 64, "max_instructions")
    return _library.farm(jobs, directory, fields, most)
