"""What must hold of every run, whatever its command line."""

import json
import os
import pathlib
import select
import stat
import subprocess
import tempfile
import threading
import time
import zlib
from dataclasses import dataclass

from lines import IN_PLACE, NAMED_BY_INPUT, Line
from world import BASES, FIFO_IN, FIFO_OUT, World

# The exit codes that docs/COMMAND-LINE.md has.
CODES = {0, 64, 65, 66, 69, 70, 71, 73, 74, 75, 130}
# Those of runs that have done what they were asked to do, as far as their files are concerned: also
# where the program in the machine has faulted.
DONE = {0, 70}
# A file that could not be written, which keeps no other output from being written; or a machine that
# could not move.
PARTLY_DONE = {73, 74, 75}
IMAGE_MAGIC = bytes.fromhex("89494D470D0A1A0A")


class Broken(Exception):
    """A rule that does not hold."""


@dataclass
class Outcome:
    code: int
    output: bytes
    errors: str


def execute(world: World, line: Line, timeout: float) -> Outcome:
    """Runs a command to its end. Nobody is at the other end of the named pipes but this."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as output, \
            tempfile.TemporaryFile() as errors:
        given.write(_input(world, line.input))
        given.seek(0)
        process = world.run(line.words, stdin=given, stdout=output, stderr=errors)
        pipes = Pipes(world) if any("fifo" in word or "piped" in word for word in line.words) else None
        has_ended = _wait(process, timeout)
        if not has_ended:
            process.kill()
        process.wait()
        if pipes:
            pipes.close()
        if not has_ended:
            raise Broken(f"it has not ended after {timeout:.0f} seconds")
        output.seek(0)
        errors.seek(0)
        return Outcome(process.returncode, output.read(), errors.read().decode(errors="replace"))


def _wait(process: subprocess.Popen, timeout: float) -> bool:
    """Whether the process ends in time. `Popen.wait` looks only 20 times a second."""
    descriptor = os.pidfd_open(process.pid)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    has_ended = bool(poll.poll(timeout * 1000))
    os.close(descriptor)
    return has_ended


def _input(world: World, kind: str) -> bytes:
    files = {"image": "base.state", "program": "sketch.ch8", "recording": "keys.txt"}
    if kind in files:
        return (world.template / files[kind]).read_bytes()
    return b"\x00garbage" * 20 if kind == "garbage" else b""


class Pipes:
    """Whoever opens a named pipe finds somebody at its other end: an image to read, or somebody who
    reads everything."""

    def __init__(self, world: World):
        self.image = world.image
        self.paths = [str(world.path / name) for name in (FIFO_IN, FIFO_OUT)]
        self.is_open = True
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def close(self):
        self.is_open = False
        self.thread.join()

    def _serve(self):
        while self.is_open:
            for path in self.paths:
                if not self._feed(path):
                    self._drain(path)
            time.sleep(0.02)

    def _feed(self, path: str) -> bool:
        try:
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return False
        try:
            os.write(pipe, self.image)
        except OSError:
            pass
        os.close(pipe)
        return True

    def _drain(self, path: str):
        try:
            pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            return
        # One that has just opened it may take a while to write.
        end = time.monotonic() + 0.3
        while self.is_open and time.monotonic() < end:
            try:
                if os.read(pipe, 1 << 16):
                    end = time.monotonic() + 0.3
                    continue
            except BlockingIOError:
                end = time.monotonic() + 0.3
            time.sleep(0.005)
        os.close(pipe)


def check(world: World, line: Line, outcome: Outcome):
    """Raises what does not hold."""
    _check_end(outcome)
    changes = world.changes()
    allowed = Allowed(world, line)
    if outcome.code in DONE | PARTLY_DONE:
        needed = _needed(world, line)
        for name, entry in sorted(changes.items()):
            _check_change(world, line, name, entry, allowed)
            if name in needed:
                raise Broken(f"it has changed {name!r}, which it has read")
    elif changes:
        raise Broken(f"it has failed and changed {_list(changes)}")
    if outcome.code in DONE:
        for kind, path in line.outputs:
            if kind != "refuge":
                _check_output(world, line, outcome, kind, path)
        _check_slot(world, line)
        _check_standard_output(line, outcome)
    elif outcome.code == 75:
        for place in [world.path / path for kind, path in line.outputs if kind == "refuge"]:
            if place.is_file():
                _check_image(world, place)


def _needed(world: World, line: Line):
    """What was read to make what was written, and is no saved state that was loaded and saved again."""
    needed, saved = set(), [_inside(world, path) for kind, path in line.outputs if kind in ("image", "refuge")]
    for part in line.parts:
        if part.output or part.free or part.words[0] in ("--rom-path", "--base-path", "--save-slot"):
            continue
        for word in part.words:
            name = _inside(world, word)
            is_loaded = name == _inside(world, line.loaded or "") and line.command in ("", *IN_PLACE)
            if not (is_loaded and (name in saved or line.command in IN_PLACE)):
                needed.add(name)
            needed.update(BASES.get(os.path.basename(name), ()))
    return needed if not line.command.startswith("slots ") else set()


def _check_end(outcome: Outcome):
    if outcome.code not in CODES:
        raise Broken(f"it has ended with {outcome.code}")
    if outcome.code != 0 and not outcome.errors.startswith("chip8: "):
        raise Broken("it has not said what is wrong")
    for character in outcome.errors:
        if character < " " and character not in "\n\t" or "\x7f" <= character <= "\x9f" \
                or "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069":
            raise Broken(f"its message holds {character!r}")


class Allowed:
    """The names under which a command may leave something else."""

    def __init__(self, world: World, line: Line):
        self.files, self.folders, self.suffix = set(), set(), None
        named = [path for _, path in line.outputs]
        if line.command in IN_PLACE and not line.has("-o", "--output"):
            named += [word for part in line.parts for word in part.words if not word.startswith("-")]
        elif line.command in NAMED_BY_INPUT and not line.has("-o", "--output"):
            self.suffix = NAMED_BY_INPUT[line.command]
        for path in named:
            self.files.add(_inside(world, path))
        free = [path for part in line.parts for path in part.free]
        if line.has("--save-slot") or line.command.startswith(("slots ", "flags ")):
            free.append("state/chip8")
        for path in free:
            self.folders.add(_inside(world, path))

    def holds(self, name: str) -> bool:
        if name in self.files or (self.suffix and name.endswith(self.suffix)):
            return True
        # A directory that is made may have been missing itself.
        return any(folder == "." or f"{name}/".startswith(f"{folder}/") or f"{folder}/".startswith(f"{name}/")
                   for folder in self.folders if folder)


def _inside(world: World, path: str) -> str:
    """A path as a name in the world, wherever links lead."""
    return os.path.relpath(os.path.realpath(world.path / path), os.path.realpath(world.path))


def _list(changes) -> str:
    return ", ".join(repr(name) + (" (gone)" if entry is None else "") for name, entry in sorted(changes.items()))


def _check_change(world: World, line: Line, name: str, entry, allowed: Allowed):
    if not allowed.holds(name):
        raise Broken(f"it has changed {name!r}, which nothing names as an output")
    before = world.before.get(name)
    if entry is None:
        return
    if before and before.kind != entry.kind:
        raise Broken(f"it has replaced {name!r} by another kind of file")
    if before and entry.mode not in _modes(line, before.mode):
        raise Broken(f"the mode of {name!r} was {before.mode:o} and is {entry.mode:o}")
    known = {one.contents for one in world.before.values() if one.kind == stat.S_IFREG}
    # A damaged state that is replaced becomes a version as it is.
    if entry.kind == stat.S_IFREG and entry.contents not in known:
        bytes_ = (world.path / name).read_bytes()
        if bytes_.startswith(IMAGE_MAGIC):
            _check_image(world, world.path / name)


def _modes(line: Line, before: int):
    """The modes that a file may have after that."""
    mode = before & 0o666
    modes = {mode, mode | (mode & 0o444) >> 2}
    if line.command == "slots lock":
        modes |= {mode & 0o444, mode | 0o200}
    # A trace is written to the file that is there.
    return modes | {before & 0o777} if line.has("--trace") else modes


def _check_image(world: World, path: pathlib.Path):
    """An image can be loaded, with the programs and bases that are here."""
    process = world.run(["image", "verify", str(path), "--rom-path", ".", "--base-path", ".",
                         "--base-path", "sub", "--base-path", "empty", "--base-path", "host"],
                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = process.communicate(timeout=60)[0].decode(errors="replace")
    if process.returncode != 0:
        raise Broken(f"what was written cannot be loaded: {said.strip()}")


def _check_output(world: World, line: Line, outcome: Outcome, kind: str, path: str):
    if path == "-":
        bytes_ = outcome.output
        if line.has("--move"):
            return
    else:
        place = world.path / path
        if not place.exists():
            raise Broken(f"{path!r} was not written")
        if not place.is_file():
            return
        bytes_ = place.read_bytes()
        if kind == "image":
            _check_image(world, place)
        if kind == "image" and line.has("--executable") and not os.access(place, os.X_OK):
            raise Broken(f"{path!r} cannot be executed")
    if not _is_whole(kind, bytes_):
        raise Broken(f"{path!r} does not hold a whole {kind}")


def _check_slot(world: World, line: Line):
    """A slot that was saved to has a file, which has been looked into if it is another one now."""
    name = line.value("--save-slot")
    if name is None:
        return
    name = f"slot{name}" if len(name) == 1 and name.isdigit() else name
    root = world.path / (line.value("--slots") or "state/chip8")
    if not any((folder / f"{name}.state").is_file() for folder in root.iterdir()):
        raise Broken(f"slot {name!r} was not saved")


def _is_whole(kind: str, bytes_: bytes) -> bool:
    if kind == "image":
        return IMAGE_MAGIC in bytes_
    if kind == "core state":
        return bytes_.startswith(b"CH8R") and len(bytes_) % 16 == 0
    if kind == "png":
        return _is_picture(bytes_)
    if kind == "cartridge":
        return bytes_.startswith(b"GIF89a") and bytes_.endswith(b";")
    if kind == "recording":
        return IMAGE_MAGIC in bytes_ or bytes_.startswith(b"movie 1\n") and bytes_.endswith(b"\nend\n")
    if kind == "wav":
        return bytes_.startswith(b"RIFF") and bytes_[8:12] == b"WAVE"
    if kind == "video":
        return bytes_.startswith(b"YUV4MPEG2 ")
    if kind == "rom":
        return 0 < len(bytes_) <= 65024
    if kind == "standalone":
        return bytes_.startswith(b"\x7fELF")
    if kind == "source":
        return len(bytes_.decode()) > 0
    if kind in ("options", "symbols"):
        return isinstance(json.loads(bytes_), dict)
    return not bytes_ or bytes_.endswith(b"\n")


def _is_picture(bytes_: bytes) -> bool:
    """A PNG whose chunks are whole, and whose points are all there."""
    if not bytes_.startswith(b"\x89PNG\r\n\x1a\n"):
        return False
    position, tags, data = 8, [], b""
    while position + 12 <= len(bytes_):
        length = int.from_bytes(bytes_[position:position + 4], "big")
        tag, contents = bytes_[position + 4:position + 8], bytes_[position + 8:position + 8 + length]
        checksum = bytes_[position + 8 + length:position + 12 + length]
        if zlib.crc32(tag + contents) != int.from_bytes(checksum, "big"):
            return False
        tags.append(tag)
        data += contents if tag == b"IDAT" else b""
        position += 12 + length
    return position == len(bytes_) and tags[-1:] == [b"IEND"] and len(zlib.decompress(data)) > 0


def _check_standard_output(line: Line, outcome: Outcome):
    if line.has("--json") and not any(path == "-" for _, path in line.outputs):
        # `image verify` prints one object for each file.
        for text in outcome.output.decode().splitlines():
            json.loads(text)
