#!/usr/bin/python3
"""Measures what a player notices of the window: docs/PERFORMANCE.md.

    xvfb-run -s "-screen 0 1280x800x24 -noreset" /usr/bin/python3 Benchmarks/window.py chip8 [ROW…]

Times of a busy computer say little, so what can be counted in CPU time is. Needs python3-xlib and an X
server, the terminal row none.
"""

import array
import os
import pty
import random
import select
import statistics
import subprocess
import sys
import tempfile
import time

from Xlib import X, XK, display, error
from Xlib.ext import xtest

REACTION = """
: main
  v0 := 5  i := block
  loop
    loop while v0 -key again
    sprite v1 v1 15
    loop while v0 key again
    sprite v1 v1 15
  again
: block
  0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF 0xFF
"""
GAME = "roms/backfire.ch8"
HOUR_KEYS = ["a", "d", "w", "s", "q", "e"]


class Chip8:
    """A chip8 in a window of its own, with nobody else's files."""

    def __init__(self, server, *arguments, sound="dummy"):
        self.server = server
        self.directory = tempfile.TemporaryDirectory()
        environment = dict(os.environ, SDL_AUDIODRIVER=sound, XDG_STATE_HOME=self.directory.name,
                           XDG_CONFIG_HOME=self.directory.name, XDG_DATA_HOME=self.directory.name)
        self.others = set(server.windows())
        self.start = time.monotonic()
        self.process = subprocess.Popen([PROGRAM, *arguments, "--slots", self.directory.name],
                                        env=environment, stdin=subprocess.DEVNULL)
        self.window = None

    def brightness(self, x, y):
        """Of a point of the picture; 0 as long as there is none. SDL may replace its window."""
        if self.window not in self.server.windows():
            assert self.process.poll() is None, "the program has ended"
            new = set(self.server.windows()) - self.others
            self.window = next((window for window in new if self.server.is_viewable(window)), None)
        return self.server.brightness(self.window, x, y) if self.window else 0

    def wait_for(self, is_lit, x=448, y=224):
        """Waits until a point of the picture is bright, or not any more."""
        deadline = time.monotonic() + 10
        while (self.brightness(x, y) > 128) != is_lit:
            assert time.monotonic() < deadline, "nothing is shown"

    def cpu_seconds(self):
        """What all its threads have run for."""
        total = 0
        for task in os.listdir(f"/proc/{self.process.pid}/task"):
            with open(f"/proc/{self.process.pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def share(self, seconds):
        """What part of a core it takes."""
        start, before = time.monotonic(), self.cpu_seconds()
        time.sleep(seconds)
        return (self.cpu_seconds() - before) / (time.monotonic() - start)

    def memory(self):
        """In MiB: what it has written, wherever the system keeps that."""
        with open(f"/proc/{self.process.pid}/smaps_rollup") as file:
            fields = dict(line.split()[:2] for line in list(file)[1:])
        return (int(fields["Private_Dirty:"]) + int(fields["Swap:"])) / 1024

    def focus(self):
        """As soon as there is something to see."""
        while not self.window:
            self.brightness(20, 20)
        time.sleep(0.5)
        self.server.focus(self.window)

    def saved_time(self, game):
        """How long a game has been played, in its own time, when it was saved in the first slot."""
        slots = subprocess.run([PROGRAM, "slots", "list", game, "--slots", self.directory.name],
                               capture_output=True, text=True, check=True).stdout
        return next(line.split()[3] for line in slots.splitlines() if line.startswith("slot1 "))

    def end(self):
        self.process.kill()
        self.process.wait()


class Server:
    """The X server, with hands and eyes."""

    def __init__(self):
        self.display = display.Display()
        self.root = self.display.screen().root

    def windows(self):
        return [window.id for window in self.root.query_tree().children]

    def is_viewable(self, window):
        window = self.display.create_resource_object("window", window)
        try:
            return window.get_attributes().map_state == X.IsViewable and window.get_geometry().width > 100
        except error.XError:
            return False

    def brightness(self, window, x, y):
        window = self.display.create_resource_object("window", window)
        try:
            return max(window.get_image(x, y, 1, 1, X.ZPixmap, 0xFFFFFFFF).data[:3])
        except error.XError:
            return 0

    def focus(self, window):
        window = self.display.create_resource_object("window", window)
        window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.display.sync()

    def key(self, name, is_down):
        code = self.display.keysym_to_keycode(XK.string_to_keysym(name))
        xtest.fake_input(self.display, X.KeyPress if is_down else X.KeyRelease, code)
        self.display.sync()

    def press(self, *names, seconds=0.05):
        for name in names:
            self.key(name, True)
            time.sleep(seconds)
        for name in reversed(names):
            self.key(name, False)
        time.sleep(seconds)


def row(name, values, unit, limit):
    values = sorted(values)
    middle = statistics.median(values)
    low, high = values[len(values) // 10], values[-1 - len(values) // 10]
    print(f"| {name} | {middle:.3g} {unit} | {low:.3g} – {high:.3g} | {limit} |", flush=True)


def launch(server):
    """From exec until there is something in the window: the keys of the game are, in white."""
    times, cpu = [], []
    for _ in range(20):
        chip8 = Chip8(server, GAME)
        while chip8.brightness(300, 140) < 32:
            pass
        times.append((time.monotonic() - chip8.start) * 1000)
        cpu.append(chip8.cpu_seconds() * 1000)
        chip8.end()
    row("window up, by the clock", times, "ms", "150 ms")
    row("window up, CPU time", cpu, "ms", "")


def inputs(server):
    """How many keys lead from the start to a game that runs: what is saved then is not its beginning."""
    for place, arguments, game, keys in (("from home", [], "roms/schuss.ch8", ["Return", "space"]),
                                         ("with a program", [GAME], GAME, ["space"])):
        chip8 = Chip8(server, *arguments)
        chip8.focus()
        if not arguments:
            # The frame of the program that is chosen, as soon as home has been read.
            chip8.wait_for(True, 12, 100)
        for key in keys:
            server.press(key)
            time.sleep(2)
        server.press("F5")
        time.sleep(2)
        assert chip8.saved_time(game) >= "0:00:01"
        chip8.end()
        row(f"inputs to the first play, {place}", [len(keys)], "", "2")


def reaction(server):
    """From a key until the picture has changed."""
    with tempfile.NamedTemporaryFile("w", suffix=".8o") as source:
        source.write(REACTION)
        source.flush()
        chip8 = Chip8(server, source.name, "--no-card", "--flicker", "off", "--ipf", "30",
                      "--colors", "contrast")
        chip8.focus()
    times = []
    for _ in range(200):
        for is_down in (True, False):
            time.sleep(random.uniform(0.05, 0.1))
            start = time.monotonic()
            server.key("w", is_down)
            chip8.wait_for(is_down, 20, 20)
            times.append((time.monotonic() - start) * 1000)
    chip8.end()
    row("key to picture", times, "ms", "a frame and 5 ms, 21.7 ms")


def load(server):
    """What part of a core it takes."""
    for name, arguments, keys, limit in (
            ("playing", [], [], "15 %"), ("playing, flicker off", ["--flicker", "off"], [], "15 %"),
            ("playing, full screen", ["--fullscreen"], [], "15 %"),
            ("paused", [], ["p"], "2 %"), ("menu", [], ["Escape"], "2 %")):
        chip8 = Chip8(server, GAME, "--no-card", *arguments)
        chip8.focus()
        time.sleep(2)
        for key in keys:
            server.press(key)
        time.sleep(1)
        row(name, [chip8.share(2) * 100 for _ in range(10)], "% of a core", limit)
        chip8.end()


def sound(server):
    """How loud the sound is where it stops and begins again: by SDL's driver that writes a file."""
    with tempfile.TemporaryDirectory() as directory:
        source, capture = f"{directory}/beep.8o", f"{directory}/sound"
        with open(source, "w") as file:
            file.write(": main loop v0 := 255 buzzer := v0 again")
        # The driver's own pause is a little shorter than what it takes at once lasts.
        os.environ.update(SDL_DISKAUDIOFILE=capture, SDL_DISKAUDIODELAY="11")
        chip8 = Chip8(server, source, "--no-card", sound="disk")
        chip8.focus()
        time.sleep(1)
        for key in ("Escape", "Escape", "p", "p", "F6", "F6", "F1", "Escape"):
            server.press(key)
            time.sleep(0.7)
        server.press("Control_L", "q")
        chip8.process.wait()
        samples = array.array("f")
        with open(capture, "rb") as file:
            samples.frombytes(file.read())
    # A window that is being opened has more to do than to sound.
    edges = _edges(samples[48_000:])
    loudest = max(map(abs, samples))
    row("sound at stops, of the loudest", [100 * edge / loudest for edge in edges], "%", "5 %")


def _edges(samples):
    """What is just before and after each silence that is long enough to be meant. A computer that is late has
    shorter ones."""
    edges, zeros, before = [], 0, 0
    for sample in samples:
        if sample == 0:
            zeros += 1
            continue
        if zeros > 0.4 * 48_000 and before:
            edges += [abs(before), abs(sample)]
        zeros, before = 0, sample
    return edges + [abs(before)]


def hour(server):
    """An hour of play with keys, eighty times as fast, and its memory on the way."""
    chip8 = Chip8(server, GAME, "--no-card", "--speed", "1000")
    chip8.focus()
    time.sleep(1)
    server.press("Shift_L", "Tab")
    memory, start = [], time.monotonic()
    while time.monotonic() - start < 46:
        server.press(random.choice(HOUR_KEYS), seconds=0.02)
        memory.append(chip8.memory())
    server.press("p")
    server.press("F5")
    time.sleep(2)
    assert chip8.saved_time(GAME) >= "1:00:00"
    chip8.end()
    part = len(memory) // 6
    row("memory, the first ten minutes", memory[part // 2:part], "MiB", "")
    row("memory, the last ten minutes of an hour", memory[-part:], "MiB", "")


def minutes(server):
    """Ten minutes of play, at its own speed."""
    chip8 = Chip8(server, GAME, "--no-card")
    chip8.focus()
    time.sleep(1)
    memory = []
    for _ in range(600):
        server.press(random.choice(HOUR_KEYS), seconds=0.5)
        memory.append(chip8.memory())
    chip8.end()
    row("memory, minute 1", memory[30:60], "MiB", "")
    row("memory, minute 10", memory[-60:], "MiB", "")


def terminal(_):
    """Playing in a terminal of 100 × 40 characters, for ten seconds."""
    with tempfile.TemporaryDirectory() as directory:
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.update(TERM="xterm-256color", SDL_AUDIODRIVER="dummy", COLORTERM="truecolor",
                              XDG_STATE_HOME=directory, LINES="40", COLUMNS="100")
            os.execv(PROGRAM, [PROGRAM, GAME, "--terminal", "--slots", directory])
        subprocess.run(["stty", "rows", "40", "cols", "100"], stdin=terminal, check=True)
        rates, loads = [], []
        for second in range(12):
            count, end = 0, time.monotonic() + 1
            before = _ticks(pid)
            while (rest := end - time.monotonic()) > 0:
                if select.select([terminal], [], [], rest)[0]:
                    count += len(os.read(terminal, 1 << 16))
            if second >= 2:
                rates.append(count / 1e6)
                loads.append((_ticks(pid) - before) / 1e7)
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    row("terminal, output", rates, "MB/s", "1.5 MB/s")
    row("terminal, CPU", loads, "% of a core", "")


def _ticks(pid):
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return total


ROWS = {"launch": launch, "inputs": inputs, "reaction": reaction, "load": load, "sound": sound, "hour": hour,
        "minutes": minutes, "terminal": terminal}

if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv[1])
    chosen = sys.argv[2:] or list(ROWS)
    server = None if chosen == ["terminal"] else Server()
    print("| row | median | eight of ten | limit |\n|---|---|---|---|")
    for name in chosen:
        ROWS[name](server)
