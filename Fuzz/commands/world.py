"""The directory that commands are let loose on: real files of every kind, good and bad, that the
program itself has made, and whatever else has a name."""

import hashlib
import os
import pathlib
import shutil
import stat
import subprocess
import zipfile
from dataclasses import dataclass

# Programs of a few instructions, each for a machine that has them.
PROGRAMS = {
    "halt.ch8": ("chip8", "6005 6107 1204"),
    "key.ch8": ("chip8", "F00A 6107 1204"),
    "fault.ch8": ("chip8", "6001 00EE"),
    "sketch.ch8": ("chip8", "C03F C11F C20F F229 D015 2214 F215 F218 F207 1200 "
                            "A300 7301 F355 F365 8314 835E F333 00EE"),
    "scroller.ch8": ("schip", "00FF C07F C13F C207 F230 D01A 00C3 F375 7301 F385 00FC 00FE 1200"),
    "colors.ch8": ("xochip", "F301 C07F C13F F000 0200 F002 C2FF F23A F218 D018 00D2 F201 D010 1200"),
    "flags.ch8": ("schip", "F085 7001 F075 1206"),
}

CALLER = """: main
  v7 += 1 i := block native 0xC81
  v4 := v0 v5 := v1
  : stop jump stop
: block {} 0 :pointer file 0 0 0 0 0 0
: file 0x61 0x2E 0x69 0x6D 0x67 0
"""

SOURCES = {
    "good.8o": ": main v0 := 5 loop v0 += 1 again",
    "bad.8o": ": main v0 := nothing loop",
    "parts.8o": ':include "good.8o"',
    "saver.8o": CALLER.format(1),
    "restorer.8o": CALLER.format(2),
    # Saves itself over what is no image.
    "evil.8o": CALLER.format(1).replace("0x61 0x2E 0x69 0x6D 0x67", "0x72 0x75 0x6E 0x2E 0x73 0x68"),
}

# What is run to make images, each from those before it.
IMAGES = [
    ("base.state", "sketch.ch8 --frames 5"),
    ("second.state", "--restore base.state --frames 5 --base base.state"),
    ("third.state", "--restore second.state --instructions 7 --base second.state"),
    ("norom.state", "sketch.ch8 --frames 3 --no-rom"),
    ("program.state", "scroller.ch8 --platform schip --frames 3 --executable"),
    ("colors.state", "colors.ch8 --platform xochip --frames 2 --colors FF0000,00FF00"),
    ("flags.state", "flags.ch8 --platform schip --frames 2"),
    ("goal.state", "good.8o --frames 2 --call main"),
    ("names.state", "good.8o --frames 2 --break main --key-map k=5"),
]

# What images need to be loaded.
BASES = {"second.state": ["base.state"], "third.state": ["second.state", "base.state"]}

FIFO_IN, FIFO_OUT = "in.fifo", "out.fifo"


@dataclass(frozen=True)
class Entry:
    """What is under a name: its kind, permissions, and contents or target."""

    kind: int
    mode: int
    contents: str


class World:
    """A copy of the template, which is put back whenever a command has changed it."""

    def __init__(self, program: str, scratch: pathlib.Path):
        self.program = program
        self.template = scratch / "template"
        self.path = scratch / "world"
        self.image = b""
        os.umask(0o022)
        self.template.mkdir()
        self._build()
        self.hashes = {}
        subprocess.run(["cp", "-a", str(self.template), str(self.path)], check=True)
        self.before = self.snapshot()

    def run(self, arguments, cwd=None, **options):
        """Runs the program, as every command is run."""
        where = cwd or self.path
        environment = {"HOME": str(where), "XDG_STATE_HOME": f"{where}/state", "XDG_RUNTIME_DIR": str(where),
                       "PATH": "/usr/bin:/bin",
                       "SWIFT_BACKTRACE": "enable=no", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        # In a session of its own it finds no terminal to play in.
        return subprocess.Popen([self.program, *arguments], cwd=where, env=environment,
                                start_new_session=True, **options)

    def reset(self):
        """Puts back what a command has changed."""
        for name in sorted(self.changes()):
            place, original = self.path / name, self.template / name
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)
            if os.path.lexists(original):
                subprocess.run(["cp", "-a", str(original), str(place)], check=True)
        self.before = self.snapshot()

    # What is made once.

    def _make(self, command: str, code: int = 0):
        process = self.run(command.split(), self.template, stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        errors = process.communicate(timeout=120)[1]
        if process.returncode != code:
            raise SystemExit(f"making the files: {command}: {process.returncode} {errors}")

    def _write(self, name: str, contents: bytes, mode: int = 0o644):
        path = self.template / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents)
        path.chmod(mode)

    def _build(self):
        for name, (_, digits) in PROGRAMS.items():
            self._write(name, bytes.fromhex(digits))
        for name, text in SOURCES.items():
            self._write(name, text.encode())
        for name, options in IMAGES:
            self._make(f"{options} --headless --save {name}")
        self._make("fault.ch8 --headless --frames 1 --save faulty.state", code=70)
        for name in SOURCES:
            if name != "bad.8o":
                self._make(f"asm {name}")
        self._make_calls()
        self._make_slots()
        self._make_texts()
        self._make_others()

    def _make_calls(self):
        (self.template / "host").mkdir()
        self._make("saver.8o --headless --frames 5 --host-calls host --record calls.txt")
        self._write("host/run.sh", b"#!/bin/sh\necho mine\n", 0o755)
        self._make("key.ch8 --headless --frames 9 --keys 2-5:1 --record keys.txt")
        self._make("key.ch8 --headless --frames 9 --keys 2-5:1 --record game.movie")
        self._make("flags.ch8 --platform schip --headless --frames 9 --keep-flags kept --record flags.txt")

    def _make_slots(self):
        slots = "--headless --slots slots --save-slot"
        for frames in (1, 2, 3):
            self._make(f"sketch.ch8 {slots} 1 --frames {frames}")
        self._make(f"sketch.ch8 {slots} named --frames 4")
        self._make(f"sketch.ch8 {slots} locked --frames 5")
        self._make(f"scroller.ch8 --platform schip {slots} 2 --frames 5")
        self._make("slots lock sketch.ch8 locked --slots slots")
        folder = next((self.template / "slots").glob(hashlib.sha1(
            (self.template / "sketch.ch8").read_bytes()).hexdigest()))
        good = (folder / "slot1.state").read_bytes()
        (folder / "damaged.state").write_bytes(good[:len(good) // 2])
        (folder / "linked.state").symlink_to("../../base.state")
        os.mkfifo(folder / "piped.state")

    def _make_texts(self):
        self._make("asm good.8o -o good.ch8 --symbols good.sym")
        self._make("cart pack good.8o -o game.gif")
        self._make("base.state --headless --frames 0 --screenshot picture.png")
        self._make("image to-retroarch base.state -o core.state")
        self._write("bad.sym", b"{\"labels\": 5")
        self._write("options.json", b"{\"tickrate\": 20, \"fillColor\": \"#FF0000\"}")
        self._write("plain.txt", b"60-70:5\n")
        self._write("cut.txt", (self.template / "calls.txt").read_bytes()[:-4])
        self._write("notes.md", b"Dear diary,\n")
        with zipfile.ZipFile(self.template / "games.zip", "w", zipfile.ZIP_DEFLATED) as games:
            for name in ("good.8o", "game.gif", "sketch.ch8", "base.state"):
                games.writestr(zipfile.ZipInfo(name), (self.template / name).read_bytes())

    def _make_others(self):
        good = (self.template / "base.state").read_bytes()
        self.image = good
        flipped = bytearray(good)
        flipped[len(good) // 2] ^= 0x40
        self._write("damaged.state", bytes(flipped))
        self._write("short.state", good[:100])
        self._write("readonly.state", good, 0o444)
        self._write("setuid.state", good, 0o4755)
        self._write("empty.ch8", b"")
        self._write("large.ch8", bytes(70_000))
        self._write("run.sh", b"#!/bin/sh\necho mine\n", 0o755)
        self._write("with\x1b[31mescape.state", good)
        self._write("sub/base.state", good)
        self._write("sub/deep/third.state", (self.template / "third.state").read_bytes())
        (self.template / "empty").mkdir()
        for name, target in [("link.state", "base.state"), ("link.ch8", "sketch.ch8"),
                             ("dangling.state", "nowhere"), ("loop.state", "loop.state"),
                             ("link", "sub"), ("link.txt", "keys.txt")]:
            (self.template / name).symlink_to(target)
        for name in (FIFO_IN, FIFO_OUT):
            os.mkfifo(self.template / name)

    # What is there.

    def snapshot(self):
        """Everything below the directory. The files that processes lock hold nothing."""
        entries = {}
        for folder, names, files in os.walk(self.path):
            for name in names + files:
                if name == ".lock":
                    continue
                path = os.path.join(folder, name)
                entries[os.path.relpath(path, self.path)] = self._entry(path)
        return entries

    def _entry(self, path: str) -> Entry:
        status = os.lstat(path)
        kind = stat.S_IFMT(status.st_mode)
        contents = ""
        if kind == stat.S_IFLNK:
            contents = os.readlink(path)
        elif kind == stat.S_IFREG:
            # What has not been written to since it was looked at last holds the same.
            version = (path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            if version not in self.hashes:
                self.hashes[version] = hashlib.sha1(pathlib.Path(path).read_bytes()).hexdigest()
            contents = self.hashes[version]
        return Entry(kind, stat.S_IMODE(status.st_mode), contents)

    def changes(self):
        """The names under which there is something else now, each with what there is."""
        now = self.snapshot()
        return {name: now.get(name) for name in self.before.keys() | now.keys()
                if self.before.get(name) != now.get(name)}
