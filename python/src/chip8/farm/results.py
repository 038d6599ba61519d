"""The results file of a farm, and the one beside it that says of which jobs they are.

They are those of ``chip8 farm``: what one has begun, the other continues.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Sequence

from chip8.farm import Options

#: The most jobs that are handed out at once.
BATCH = 10_000


class FarmError(Exception):
    """Why a farm does not run: one sentence, and an exit code of sysexits.h."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Jobs(Sequence[bytes]):
    """The lines of a job file that are not empty, or a part of them."""

    def __init__(self, text: bytes, shard: tuple[int, int] = (1, 1)) -> None:
        lines = [line for line in text.split(b"\n") if line.strip(b" \t\r")]
        number, count = shard

        def start(part: int) -> int:
            return len(lines) // count * part + len(lines) % count * part // count

        self.digest = hashlib.sha256(text).hexdigest()
        self._lines = lines[start(number - 1) : start(number)]

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        return self._lines[index]

    def batch(self, start: int, count: int) -> bytes:
        """Some jobs, as the lines of a job file."""
        return b"\n".join(self._lines[start : start + count])


class Results:
    """A results file that grows, locked for as long as this exists.

    Attributes:
        done: how many of the first jobs have rows.
        error_count: how many of those could not be run.
    """

    def __init__(self, path: str, jobs: Jobs, options: Options, shard: tuple[int, int]) -> None:
        origin = {
            "jobs": jobs.digest,
            "maxInstructions": options.max_instructions,
            "shard": f"{shard[0]}/{shard[1]}",
            "version": 1,
        }
        if options.fields is not None:
            origin["fields"] = sorted(set(options.fields))
        self._path = path
        is_continued = _is_continued(path, origin)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FarmError(f"{path}: another process keeps it locked", 75) from None
        if not is_continued:
            _write_whole(path + ".farm", json.dumps(origin, separators=(",", ":"), sort_keys=True))
        self.done = self.error_count = 0
        self._count_rows(jobs)

    def append(self, rows: bytes, count: int, error_count: int) -> None:
        """Appends the rows of the next jobs."""
        view = memoryview(rows)
        while view:
            view = view[os.write(self._file, view) :]
        self.done += count
        self.error_count += error_count

    def close(self) -> None:
        """Makes sure that everything is on the disk, and gives up the lock."""
        os.fsync(self._file)
        os.close(self._file)

    def _count_rows(self, jobs: Jobs) -> None:
        end = 0
        last = b""
        with open(self._path, "rb") as file:
            for line in file:
                if not (line.startswith(b"{") and line.endswith(b"}\n")) or self.done == len(jobs):
                    break
                end += len(line)
                self.done += 1
                self.error_count += line.startswith(b'{"error":')
                last = line
        if last and _name(last) != _name(jobs[self.done - 1]):
            raise FarmError(f"{self._path}: the last result is not that of job {self.done}", 65)
        os.ftruncate(self._file, end)


def _name(line: bytes) -> object:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    name = value.get("id") if isinstance(value, dict) else None
    return name if isinstance(name, (str, int)) and not isinstance(name, bool) else None


def _is_continued(path: str, origin: dict[str, object]) -> bool:
    has_results = os.path.exists(path) and os.path.getsize(path) > 0
    try:
        with open(path + ".farm", encoding="utf-8") as file:
            found = json.load(file)
    except FileNotFoundError:
        if not has_results:
            return False
        raise FarmError(
            f"{path}: cannot be continued: it is not the results of a farm; choose another file", 73
        ) from None
    except ValueError:
        found = None
    if found == origin:
        return True
    if not has_results:
        return False
    same = isinstance(found, dict) and found.get("jobs") == origin["jobs"]
    what = "the same jobs with other options" if same else "other jobs"
    raise FarmError(
        f"{path}: cannot be continued: its results are of {what}; choose another file", 73
    )


def _write_whole(path: str, text: str) -> None:
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
