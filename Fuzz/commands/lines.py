"""Makes command lines up from the program's own list of its options."""

import json
import random
import subprocess
from dataclasses import dataclass
from typing import Optional

from world import FIFO_IN, FIFO_OUT, IMAGES, PROGRAMS, SOURCES

ROMS = [*PROGRAMS, "good.ch8", "saver.ch8", "link.ch8"]
STATES = [name for name, _ in IMAGES] + ["faulty.state", "link.state", "setuid.state", "readonly.state",
                                         "host/a.img", "sub/base.state", "sub/deep/third.state", "game.movie"]
RECORDINGS = ["keys.txt", "calls.txt", "flags.txt", "plain.txt", "link.txt", "game.movie"]
BAD = ["damaged.state", "short.state", "empty.ch8", "large.ch8", "bad.8o", "bad.sym", "cut.txt",
       "notes.md", "run.sh", "picture.png", "options.json", "with\x1b[31mescape.state",
       "dangling.state", "loop.state", "missing", "sub", "link", "empty", "", "sub/missing",
       "missing/file", "sketch.ch8/file", "x" * 300, FIFO_IN, FIFO_OUT, "/dev/null"]
ZIPPED = ["games.zip", "games.zip/good.8o", "games.zip/game.gif", "games.zip/sketch.ch8",
          "games.zip/base.state"]
ANY = ROMS + STATES + RECORDINGS + BAD + list(SOURCES) + ["game.gif", "good.sym"] + ZIPPED
NEW = ["new", "new.state", "sub/new", "empty/new", "./new.ch8", "link/new", "new\nline"]
DEVICES = ["/dev/full", "/dev/null", FIFO_OUT, FIFO_IN]
DIRECTORIES = ["slots", "host", "kept", "sub", "empty", "link", ".", "made/here", "missing",
               "base.state", "/dev/null", "sub/../slots", FIFO_IN]
SLOTS = ["1", "2", "3", "named", "locked", "damaged", "linked", "piped", "auto-exit", "new", "slot1",
         "", ".hidden", "a/b", "x" * 200]

# What an option or an argument is the place of, by the command and the name.
OUTPUTS = {
    ("", "save"): "image", ("", "else-save"): "refuge", ("", "screenshot"): "png",
    ("", "trace"): "text", ("", "record"): "recording",
    ("image info", "screenshot"): "png", ("image rom", "output"): "rom",
    ("image standalone", "output"): "standalone", ("image flatten", "output"): "image",
    ("image optimize", "output"): "image", ("image from-retroarch", "output"): "image",
    ("image to-retroarch", "output"): "core state",
    ("asm", "output"): "rom", ("asm", "symbols"): "symbols",
    ("disasm", "output"): "source", ("cart pack", "output"): "cartridge",
    ("cart unpack", "output"): "source", ("cart unpack", "options"): "options",
    ("slots export", "FILE"): "image",
    ("movie text", "output"): "recording", ("movie build", "output"): "image",
    ("movie trim", "output"): "recording", ("movie mark", "output"): "recording",
    ("movie export", "gif"): "cartridge", ("movie export", "wav"): "wav",
    ("movie export", "y4m"): "video",
}

# Commands that write to the file that they are about, unless told otherwise.
IN_PLACE = {"image set", "image executable", "image optimize", "image flatten", "movie trim",
            "movie mark"}
# Commands that find a name for what they write, unless told otherwise.
NAMED_BY_INPUT = {"image rom": ".ch8", "asm": ".ch8", "cart pack": ".gif", "cart unpack": ".8o"}

# Commands that are not tried: a farm fails if one of its jobs cannot be run, and its results stay.
LEFT_OUT = {"farm"}

# Values that are no files, good ones before the bar and others after it.
VALUES = {
    "quirk": "shift=on wrap=off vblank=on jump=on|shift sideways=on wrap=maybe",
    "ipf": "1 11 30 500|0 -1 many 10000001",
    "timing": "ipf cycles|fast",
    "seed": "0 1 18446744073709551615|-1 x",
    "poke": "0x200=1 0x300=1,2,3 4095=9|4096=1 5 5=256 70000=1",
    "call": "main 0x200 stop 514|nowhere 70000",
    "goal": "main 0x200 stop 514|nowhere 70000",
    "colors": "000000,FFFFFF FF0000,00FF00,0000FF,FFFFFF|red 000000",
    "rotate": "0 90 180 270|45",
    "speed": "10 100 1000|0 fast",
    "key-map": "k=5 up=2,down=8 k=none|k=G nokey=1 k",
    "break": "0x202 main 515|nowhere 70000",
    "watchpoint": "0x300 0x300:4 main|nowhere 0x300:0",
    "seek": "0 1 5|-1 99999 x",
    "seek-instruction": "0 1 40|-1 99999 x",
    "rewind": "0 1 3|-1 99999 x",
    "past": "1 300 262144|0 -1 4194305 x",
    "command": "step reverse-step 'goto 3' 'last-write V0' 'print [0x200]' registers|nothing 'goto x'",
    # A port would be listened on until interrupted.
    "listen": "65536|-1 x",
    "volume": "0 50 100|-1 101 x",
    "pitch": "25 100 400|24 401 x",
    "aspect": "square tv|4:3",
    "look": "plain lcd scanlines|crt",
    "flicker": "off mild full|on",
    "touch": "auto none swipe seg16 seg16fill gamepad vip|tap",
    "pad-map": "a=5 p2-l=A,b=none|start=1 a=G a",
    "config": "off options.json notes.md|missing sub",
    "terminal-picture": "auto half-blocks sextants pixels|ascii",
    "run-ahead": "0 1 4 auto|-1 5 x",
    "LEAF": "1 2 3|0 -1 99 x",
    "keep": "0 4096 67108864|-1 x",
    "from": "0 3 5|-1 99999 x",
    "to": "5 9|-1 99999 x",
    "marker": "3=a 5=b 3=|x 99999=b",
    "author": "ünïcödé|" + "x" * 300,
    "frames": "0 1 5 20|-1 x",
    "instructions": "0 1 7 100|-1 x",
    "until": "halt key-wait pc=0x204 pc=main screen=" + "0" * 40 + "|pc=nowhere never pc=70000",
    "keys": "0-5:1 2-4:5,6-:A 0-:F|5-5:1 0-5:G x",
    "with": "--headless --frames=5 '--headless --frames 3'|'--save a b' --nothing '\"open'",
    "scale": "1 2 8|0 65 x",
    "autosave": "0 60|-1 x",
    "restore-descriptor": "0 1|-1 3 99 x",
    "timeout": "1|0 x",
    "version": "1 2|0 -1 99 x",
    "note": "short|" + "x" * 5000,
    "NAME": " ".join(SLOTS[:4]) + "|" + " ".join(SLOTS[4:]),
    "TEXT": "short ünïcödé|" + "x" * 5000,
}
VALUES["save-slot"] = VALUES["NEW"] = VALUES["NAME"]

# How often an option is given, where most lines would mean nothing otherwise.
USUAL = {"headless": 0.97}
# Options that make no sense in most lines, or make most lines wrong.
RARE = {"autosave", "terminal", "terminal-picture", "fullscreen", "fit", "aspect", "look", "flicker",
        "reduce-flashes", "keypad", "touch", "volume", "mute", "pitch", "pause-in-background", "card", "pad-map",
        "config", "watch",
        "keep-state", "acknowledge", "move",
        "else-save", "resume", "timeout", "restore-descriptor", "seek", "seek-instruction", "rewind"}
# What an option needs, mostly.
NEEDS = {"executable": "save", "with": "executable", "no-rom": "save", "base": "save",
         "scale": "screenshot", "read-only": "input", "move": "else-save", "else-save": "move"}
# What a saved state has decided already.
DECIDED = {"platform", "quirk", "ipf", "timing", "seed"}
# A run has one of these, for others could take minutes.
LIMITS = ["frames", "instructions"]


@dataclass(frozen=True)
class Part:
    """Words that stand and fall together: an option with its value, or an argument."""

    words: tuple
    #: What goes to a file that they name, if anything: what it is, and the file.
    output: Optional[tuple] = None
    #: Directories and files in which anything may change.
    free: tuple = ()


@dataclass
class Line:
    """A command line and what is read from standard input."""

    command: str
    parts: list
    input: str = "nothing"

    @property
    def words(self):
        return self.command.split() + [word for part in self.parts for word in part.words]

    @property
    def outputs(self):
        return [part.output for part in self.parts if part.output]

    def has(self, *names):
        return any(word in names for part in self.parts for word in part.words[:1])

    @property
    def loaded(self):
        """What a run or a command is about: what it restores, or its first argument."""
        arguments = [part.words[0] for part in self.parts if not part.words[0].startswith("--")]
        return self.value("--restore") or (arguments[0] if arguments else None)

    def value(self, option):
        """What an option is given with, the last one if it is repeated."""
        values = [part.words[1] for part in self.parts if part.words[0] == option and len(part.words) > 1]
        return values[-1] if values else None

    def shorter(self):
        """The same with one part less, for each part that does not end a run."""
        for index, part in enumerate(self.parts):
            if part.words[0].removeprefix("--") not in LIMITS:
                yield Line(self.command, self.parts[:index] + self.parts[index + 1:], self.input)


class Lines:
    """All that the program takes."""

    def __init__(self, program: str):
        dump = json.loads(subprocess.run([program, "--experimental-dump-help"], check=True,
                                         capture_output=True).stdout)
        self.commands = {}
        self._collect(dump["command"], [])
        for command, arguments in self.commands.items():
            for argument in arguments:
                self._value(command, argument, random.Random(0))

    def _collect(self, command: dict, path: list):
        path = path + [command["commandName"]]
        name = " ".join(path[1:])
        subcommands = [one for one in command.get("subcommands", []) if one["commandName"] != "help"]
        if name in LEFT_OUT:
            return
        if name == "" or not subcommands:
            self.commands[name] = [
                argument for argument in command.get("arguments", [])
                if not (argument["kind"] == "flag" and _name(argument) in ("help", "help-all", "version"))]
        for one in subcommands:
            self._collect(one, path)

    def line(self, rng: random.Random) -> Line:
        """Any line at all."""
        command = "" if rng.random() < 0.55 else rng.choice(sorted(self.commands))
        arguments = {_name(one): one for one in self.commands[command]}
        positional = [one for one in arguments.values() if one["kind"] == "positional"]
        names = [name for name, one in arguments.items() if one not in positional and self._is_given(command, one, rng)]
        for name in names:
            if (need := NEEDS.get(name)) in arguments and need not in names and rng.random() < 0.9:
                names.append(need)
        if command == "" and not set(names) & set(LIMITS):
            names.append(rng.choice(LIMITS))
        rng.shuffle(names)
        options = [self._value(command, arguments[name], rng) for name in names]
        if rng.random() < 0.9:
            options = _moving(options, names)
        others = []
        for argument in positional:
            others += self._positionals(command, argument, options, rng)
        if any(word in STATES for part in options + others for word in part.words) and rng.random() < 0.9:
            options = [part for part in options if part.words[0].removeprefix("--") not in DECIDED]
        parts = options + others if rng.random() < 0.5 else others + options
        return Line(command, parts, rng.choice(["nothing", "image", "program", "recording", "garbage"]))

    def _is_given(self, command: str, argument: dict, rng: random.Random) -> bool:
        name = _name(argument)
        if not argument.get("isOptional", True):
            return rng.random() < 0.95
        if name == "slots" and command:
            return rng.random() < 0.9
        if name in USUAL:
            return rng.random() < USUAL[name]
        return rng.random() < (0.015 if name in RARE else 0.09)

    def _positionals(self, command, argument, options, rng):
        if command == "" and any(part.words[0] == "--restore" for part in options):
            count = 1 if rng.random() < 0.1 else 0
        elif argument.get("isRepeating"):
            count = 1 if command == "" else rng.choice([0, 1, 1, 2, 3])
        else:
            count = 1 if not argument.get("isOptional") or rng.random() < 0.7 else 0
        return [self._value(command, argument, rng) for _ in range(count)]

    # Values.

    def _value(self, command: str, argument: dict, rng: random.Random) -> Part:
        name = _name(argument)
        if argument["kind"] == "flag":
            return Part((f"--{name}",))
        part = self._text(command, name, argument, rng)
        if argument["kind"] == "positional":
            return part
        option = "-o" if name == "output" and rng.random() < 0.5 else f"--{name}"
        return Part((option, *part.words), part.output, part.free)

    def _text(self, command, name, argument, rng) -> Part:
        if kind := OUTPUTS.get((command, name)):
            path = _output(rng)
            return Part((path,), (kind, path))
        if values := argument.get("allValues"):
            return Part((rng.choice(values) if rng.random() < 0.9 else "nonsense",))
        if name in ("slots", "host-calls", "keep-flags", "png-frames"):
            usual = {"slots": "slots", "host-calls": "host", "keep-flags": "kept", "png-frames": "empty"}[name]
            usual = "kept" if command.startswith("flags ") else usual
            path = usual if rng.random() < 0.7 else rng.choice(DIRECTORIES)
            return Part((path,), free=(path,))
        if name in ("rom-path", "base-path"):
            return Part((rng.choice(DIRECTORIES + ROMS + STATES + BAD),))
        if pool := _inputs(command, name):
            return Part((rng.choice(pool) if rng.random() < 0.8 else rng.choice(ANY + ["-"]),))
        if name not in VALUES:
            raise SystemExit(f"Fuzz/commands/lines.py does not know what --{name} of chip8 {command} takes")
        good, bad = VALUES[name].split("|")
        return Part((rng.choice(_words(good if rng.random() < 0.9 else bad)),))


def _moving(options: list, names: list):
    """The same, where a machine moves over standard input and output if it moves."""
    streams = {"--save": "move", "--restore": "acknowledge"}
    options = [part for part in options if streams.get(part.words[0]) not in names]
    return options + [Part((option, "-"), ("image", "-") if option == "--save" else None)
                      for option, flag in streams.items() if flag in names]


def _name(argument: dict) -> str:
    names = [one["name"] for one in argument.get("names", []) if one["kind"] == "long"]
    return names[0] if names else argument["valueName"]


def _inputs(command: str, name: str):
    """The files that a value is likely to name."""
    if (command, name) == ("image from-retroarch", "FILE"):
        return ["core.state"]
    if name in ("restore", "base", "first", "second", "file", "files", "FILE"):
        return STATES
    if name == "ROM":
        return ROMS + ROMS + STATES + list(SOURCES) + ["game.gif"] + ZIPPED
    return {"PROGRAM": ["sketch.ch8"] * 4 + ["scroller.ch8", "flags.ch8", "base.state", "norom.state"],
            "SOURCE.8o": list(SOURCES), "CART.gif": ["game.gif"], "input": RECORDINGS,
            "symbols": ["good.sym"], "options": ["options.json"]}.get(name)


def _output(rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.5:
        return rng.choice(NEW)
    if chance < 0.75:
        return rng.choice(ANY)
    return rng.choice(DEVICES + ["-", "-"]) if chance < 0.88 else rng.choice(STATES)


def _words(text: str):
    """Words between blanks; quotation marks keep blanks together."""
    words, rest = [], text
    while rest := rest.strip():
        if rest.startswith("'"):
            word, _, rest = rest[1:].partition("'")
        else:
            word, _, rest = rest.partition(" ")
        words.append(word)
    return words or [""]
