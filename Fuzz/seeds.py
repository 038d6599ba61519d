#!/usr/bin/env python3
"""Makes the seeds that follow from our programs: saved states, and drafts of them, for `image`;
folders and what is done with them for `slots`; programs behind a head for `roms`.
Usage: Fuzz/seeds.py CHIP8, the built program."""

import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

FUZZ = pathlib.Path(__file__).parent
ROMS = FUZZ.parent / "roms"
CORPUS = FUZZ / "Corpus"
PLATFORMS = ["vip", "chip8", "chip48", "schip10", "schip11", "schip", "xochip", "hires"]

# What a draft of an image has in its codecs: see Sources/Fuzzing/Draft.swift.
DEFLATE = 0x80

# A few programs of ours as they are saved.
STATES = {
    "backfire": ("backfire", "--frames 200 --keys 30-60:5,90-:6"),
    "loom": ("loom", "--frames 50"),
    "swingby": ("swingby", "--instructions 3000"),
}

# What stands before 02C0 in a program for hires.
TWO_PAGE = "1260" + "00" * 0xBC + "0230"

# Drafts are small, so that most changes hit something that means something: programs of a few
# instructions, and how they are run.
DRAFTS = {
    "vip": ("00E0 A20A D005 7005 1204 F090", "--platform vip --frames 5"),
    "vip-cycles": ("A000 D00F 7001 1202", "--platform vip --timing cycles --instructions 7"),
    "vip-busy": ("7001 C0FF 1200", "--platform vip --timing cycles --frames 3"),
    "chip8": ("2206 C0FF 1202 F018 F015 00EE", "--platform chip8 --instructions 3"),
    "chip48": ("6A3C FA15 FA18 FB07 1206", "--platform chip48 --frames 3"),
    "schip10": ("00FF F030 D010 F375 F385 1206", "--platform schip10 --frames 2"),
    "schip11": ("00FF A000 D010 00C3 00FB 1206", "--platform schip11 --instructions 5"),
    "schip": ("6005 F029 D015 00FF 00FC 1202", "--platform schip --frames 2"),
    "xochip": ("F301 A000 F002 F03A 6040 F018 D128 120C", "--platform xochip --instructions 7"),
    "hires": (f"{TWO_PAGE} 22C4 12C0 A2C0 D004 7003 00EE", "--platform hires --instructions 4"),
    "hires-cycles": (f"{TWO_PAGE} AF80 D00F F355 12C2",
        "--platform hires --timing cycles --instructions 9"),
    "key-wait": ("F00A 1200", "--platform chip8 --frames 9 --keys 3-:5"),
    "host": ("0C80 0C81 1200", "--platform chip8 --frames 2 --host-calls ."),
    "goals": ("F00A 1200 7001 00EE", "--platform vip --frames 9 --call 0x204 --call 0x206"),
    "poke": ("A300 FF55 F133 1206", "--platform chip8 --instructions 3"),
}


def opened(image):
    """The draft of an image: its sections as they are meant, to be deflated again."""
    draft, rest = image[:16], image[16:-48]
    while rest:
        head, rest = rest[:20], rest[20:]
        tag, flags, version, codec, _, stored, decoded, _ = struct.unpack("<4s4B3I", head)
        contents, rest = rest[:stored], rest[stored:]
        if codec != 0:
            contents, codec = zlib.decompress(contents), codec | DEFLATE
        draft += section(tag, flags, version, codec, contents, decoded)
    return draft


def section(tag, flags, version, codec, contents, decoded):
    head = struct.pack("<4s4B3I", tag, flags, version, codec, 0, len(contents), decoded, 0)
    return head + contents


def put(target, name, contents):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(contents)


def saved(chip8, program, options, **rest):
    command = [chip8, program, "--headless", "--save", "-", *options.split()]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, **rest).stdout


def drafted(chip8, program, options):
    return opened(saved(chip8, "-", options, input=bytes.fromhex(program)))


def recorded(chip8, program, options):
    """The movie of a run."""
    with tempfile.TemporaryDirectory() as folder:
        movie = pathlib.Path(folder) / "a.movie"
        command = [chip8, "-", "--headless", "--record", str(movie), *options.split()]
        subprocess.run(command, input=bytes.fromhex(program), stdout=subprocess.PIPE, check=True)
        mark = ["--author", "a", "--marker", "3=b", "--marker", "5=c"]
        subprocess.run([chip8, "movie", "mark", str(movie), *mark], check=True)
        return movie.read_bytes()


def make_images(chip8):
    for name, (program, options) in STATES.items():
        put("image", f"{name}.state", saved(chip8, str(ROMS / f"{program}.ch8"), options))
    for name, (program, options) in DRAFTS.items():
        put("image", f"{name}.draft", drafted(chip8, program, options))
    keys = "--platform chip8 --instructions 60 --keys 1-3:5,5-7:1"
    put("image", "movie.draft", opened(recorded(chip8, "6105 E1A1 7201 1202", keys)))
    # Without the program, which is the one that the fuzzer has.
    put("image", "no-rom.draft", drafted(chip8, "1200", "--platform chip8 --frames 1 --no-rom"))
    make_difference(chip8)
    # Beside the machine: a time, a note, settings, labels, an unknown section, one that may be
    # carried on.
    settings = struct.pack("<HHB12sBBBHHHHH", 150, 90, 4, bytes(range(12)), 1, 82, 5, 1, 0x202, 1, 0x300, 2)
    beside = [
        (b"TIME", 0, bytes(8)), (b"NOTE", 0, b"lives: 3"), (b"SETT", 2, settings),
        (b"LABL", 2, b"\x00\x02\x04main\x00\x03\x01x"), (b"OURS", 0, b"?"), (b"ours", 2, b"!"),
    ]
    draft = drafted(chip8, *DRAFTS["poke"])
    for tag, flags, contents in beside:
        draft += section(tag, flags, 1, 0, contents, 0)
    put("image", "beside.draft", draft)


def make_difference(chip8):
    """A delta against a delta, followed by their parents."""
    program, options = DRAFTS["poke"]
    chain = [saved(chip8, "-", options, input=bytes.fromhex(program))]
    with tempfile.TemporaryDirectory() as folder:
        for frames in (3, 5):
            base = pathlib.Path(folder) / f"{frames}.state"
            base.write_bytes(chain[0])
            options = f"--frames {frames} --base {base} --base-path {folder}"
            chain.insert(0, saved(chip8, str(base), options))
    put("image", "base.draft", chain[0][-48:].join(map(opened, chain)))


def slot(number, name=b""):
    """Slot 1 or 2, an autosave, or one with a name: see Sources/slots/Contents.swift."""
    return bytes([len(name)]) + name + bytes([0, number])


def left(place, file, contents, name=b"", number=0):
    """A file in a folder of slots; places and files are numbered as they stand there."""
    return bytes([0, 0, place, number, len(name)]) + name + bytes([0, file, 7]) + contents + b"\1"


def make_slots(chip8):
    one, two, leaving, minute, boss = slot(0), slot(1), slot(2), slot(3), slot(4, b"boss")
    save, autosave, undo_twice, undo, restore, rename, note, lock, delete = map(bytes, zip(range(9)))
    versions = left(2, 0, b"\1", number=1) + left(2, 0, b"\2", number=2)
    # Of the program that the slots are of.
    state = drafted(chip8, "7001 1200", "--platform chip8 --frames 9")
    draft = b"\5" + struct.pack("<H", len(state)) + state
    garbage = b"\6" + struct.pack("<H", 3) + b"???"
    seeds = {
        "saves": b"\0" + one + save + b"\0" + one + save + b"\1" + one + undo + one + undo_twice
        + one + restore + b"\1\1" + two + save + b"\2" + one + delete + b"\0",
        "left": b"\5" + left(0, 2, b"\0") + versions + left(0, 4, b"\4", b"boss.state")
        + left(0, 4, garbage, b"worse.state") + one + undo + boss + save + b"\3" + one + undo_twice,
        "moves": b"\3" + left(0, 2, b"\0") + versions + one + rename + boss + boss + note + b"\1"
        + boss + lock + b"\0" + boss + save + b"\3" + boss + rename + two + boss + delete + b"\1",
        "autosaves": b"\1" + left(0, 4, draft, b"auto-exit.state") + minute + autosave + b"\0\1"
        + leaving + autosave + b"\1\0" + minute + autosave + b"\2\1" + minute + undo,
    }
    for name, seed in seeds.items():
        put("slots", name, seed)


def make_programs():
    for path in [*ROMS.glob("*.ch8"), *(ROMS / "tests").glob("*.ch8")]:
        platforms = PLATFORMS if path.stem in ("backfire", "lace") else ["xochip"]
        for platform in ["hires"] if path.stem.startswith("two-page") else platforms:
            head = bytes([PLATFORMS.index(platform), platform in ("vip", "hires"), 0, 1])
            head += struct.pack("<IHH10H", 0, 0, 500, 0, 0x20, 0x20, 0, 0x40, 0x420, 0, 2, 0, 1)
            put("roms", f"{path.stem}-{platform}", head + path.read_bytes())


make_images(sys.argv[1])
make_slots(sys.argv[1])
make_programs()
