#!/usr/bin/env python3
"""state_reader.py: an independent reader of chip8's saved states.

It was written from docs/STATE-FORMAT.md alone, without a look at how chip8 does it, so it shows
that the page suffices; its parts have the page's headings, in the page's order. The tests compare
what it reads with what chip8 reads.

    state_reader.py [--with FILE]... FILE...
    state_reader.py [--with FILE]... --contents TAG FILE

`-` is standard input. `--with` names programs and images that others leave out or are based on. For each file it prints one line, a JSON object: what `chip8 FILE --headless
--frames 0 --json` says of the machine (docs/COMMAND-LINE.md), under the same names, and what `chip8
image info FILE --json` adds to that. With `--contents` one section is written to standard output
instead, decoded. A file that cannot be used is refused in one sentence on standard error, and the
exit code is 65; 66 if it cannot be read at all.

Python 3.9 or later, and nothing beside its standard library.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import zlib
from dataclasses import dataclass
from typing import Any, Container, NoReturn, Optional


class Refusal(Exception):
    """Why an image cannot be used, in one sentence."""


def refuse(reason: str) -> NoReturn:
    raise Refusal(reason)


class Fields:
    """Reads the fields of a layout one after another, as little-endian numbers."""

    def __init__(self, what: str, data: bytes) -> None:
        self.what, self.data, self.offset = what, data, 0

    def take(self, length: int) -> bytes:
        field = self.data[self.offset : self.offset + length]
        if len(field) < length:
            refuse(f"{self.what} ends before its fields do")
        self.offset += length
        return field

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "little")

    def numbers(self, count: int, length: int) -> list[int]:
        return [self.number(length) for _ in range(count)]

    def checked(self, length: int, name: str, allowed: Container[int]) -> int:
        """A number that has to be one of those that are allowed."""
        value = self.number(length)
        if value not in allowed:
            refuse(f"{self.what} has an impossible {name}, {value}")
        return value

    def optional(self, length: int, name: str, allowed: Container[int]) -> Optional[int]:
        """The same, or a number of all ones for none."""
        if self.data[self.offset : self.offset + length] == b"\xFF" * length:
            self.offset += length
            return None
        return self.checked(length, name, allowed)

    def varying(self, name: str, limit: int = (1 << 64) - 1) -> int:
        """A number of varying length, up to a limit."""
        value = shift = 0
        while True:
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            if byte & 0x80 == 0:
                if byte == 0 and shift > 0:
                    refuse(f"{self.what} has a {name} with more bytes than it needs")
                if value > limit:
                    refuse(f"{self.what} has an impossible {name}, {value}")
                return value
            shift += 7
            if shift > 63:
                refuse(f"{self.what} has a {name} that does not end")

    def zero(self, length: int) -> None:
        if any(self.take(length)):
            refuse(f"{self.what} is not zero where it has to be")

    def end(self) -> None:
        if self.offset < len(self.data):
            refuse(f"{self.what} continues after its last field")


# ---------------------------------------------------------------------------------- The file

IMAGE_BYTES_MAX = 16 << 20
SECTIONS_MAX = 64
DECODED_BYTES_MAX = 16 << 20

HEADER_BYTES = 16
FOOTER_BYTES = 48
DIGEST_BYTES = 32
HEADER_MAGIC = b"\x89IMG\r\n\x1a\n"
FOOTER_MAGIC = b"\x89END\r\n\x1a\n"

CRITICAL, SAFE_TO_COPY = 1, 2
PLAIN, ZLIB, DIFFERENCE, DIFFERENCE_FROM_BASE_IMAGE = 0, 1, 2, 3


@dataclass(frozen=True)
class Section:
    """A section as it is in the file."""

    tag: str
    flags: int
    version: int
    codec: int
    decoded_length: int
    stored: bytes

    @property
    def is_critical(self) -> bool:
        return bool(self.flags & CRITICAL)

    def decoded(
        self, base: Optional[bytes] = None, base_image: Optional[dict[str, bytes]] = None
    ) -> bytes:
        """The contents. Their length is within what the page allows for all of them together."""
        origin = base
        if self.codec == DIFFERENCE_FROM_BASE_IMAGE:
            origin = base_image.get(self.tag) if base_image else None
        if self.codec == PLAIN:
            contents = self.stored
        elif self.codec == ZLIB:
            contents = self._inflated()
        elif self.codec not in (DIFFERENCE, DIFFERENCE_FROM_BASE_IMAGE) or origin is None:
            refuse(f"the section {self.tag!r} is stored in a way that it cannot be, {self.codec}")
        elif len(origin) == self.decoded_length:
            difference = self._inflated().ljust(self.decoded_length, b"\0")
            contents = bytes(a ^ b for a, b in zip(difference, origin))
        else:
            refuse(f"the section {self.tag!r} is a delta against bytes of another length")
        if len(contents) != self.decoded_length:
            refuse(f"the section {self.tag!r} does not decode to its length")
        return contents

    def _inflated(self) -> bytes:
        stream = zlib.decompressobj()
        try:
            contents = stream.decompress(self.stored, self.decoded_length + 1)
        except zlib.error:
            refuse(f"the section {self.tag!r} is no zlib stream")
        if len(contents) > self.decoded_length or not stream.eof or stream.unused_data:
            refuse(f"the section {self.tag!r} does not decode to its length")
        return contents


def image_in(file: bytes) -> bytes:
    """Finds the image at the end of a file, and checks that it is whole. (Steps 1, 2)"""
    footer = Fields("the footer", file[-FOOTER_BYTES:])
    if len(file) < FOOTER_BYTES or footer.take(len(FOOTER_MAGIC)) != FOOTER_MAGIC:
        refuse("this is not a saved state, or its end is missing")
    length = footer.number(8)
    if not HEADER_BYTES + FOOTER_BYTES <= length <= min(IMAGE_BYTES_MAX, len(file)):
        refuse(f"its length is given as {length} bytes, which it cannot be")
    image = file[len(file) - length :]
    if hashlib.sha256(image[:-DIGEST_BYTES]).digest() != footer.take(DIGEST_BYTES):
        refuse("it is damaged: its digest is not that of its bytes")
    return image


def check_header(image: bytes) -> None:
    """Checks the header. (Step 3)"""
    header = Fields("the header", image[:HEADER_BYTES])
    if header.take(len(HEADER_MAGIC)) != HEADER_MAGIC:
        refuse("no header is where the footer says")
    kind, revision = header.take(4), header.number(2)
    if revision != 1:
        refuse(f"it has revision {revision} of the format, and this reads revision 1")
    if kind != b"CH-8":
        refuse(f"it is an image of another kind of machine, {kind.decode('latin-1')!r}")
    header.zero(2)


def read_section(rest: Fields) -> Section:
    """One section, with its frame checked and no look at its contents."""
    tag = rest.take(4).decode("latin-1")
    flags, version, codec = rest.numbers(3, 1)
    rest.zero(1)
    stored_length, decoded_length, crc = rest.numbers(3, 4)
    stored = rest.take(stored_length)
    if flags & ~(CRITICAL | SAFE_TO_COPY):
        refuse(f"the section {tag!r} has unknown flags")
    if zlib.crc32(stored) != crc:
        refuse(f"the section {tag!r} is damaged: its CRC is not that of its bytes")
    return Section(tag, flags, version, codec, decoded_length, stored)


def sections_of(image: bytes) -> list[Section]:
    """Goes through the sections without a look at their contents. (Step 4)"""
    rest = Fields("the last section", image[HEADER_BYTES:-FOOTER_BYTES])
    sections: dict[str, Section] = {}
    while rest.offset < len(rest.data):
        if len(sections) == SECTIONS_MAX:
            refuse(f"it has more than {SECTIONS_MAX} sections")
        section = read_section(rest)
        if section.tag in sections:
            refuse(f"it has two sections {section.tag!r}")
        sections[section.tag] = section
    if sum(section.decoded_length for section in sections.values()) > DECODED_BYTES_MAX:
        refuse("its sections are too long together")
    return list(sections.values())


# ------------------------------------------------------------ The sections of a CHIP-8 image

ALWAYS = ["PROG", "ROM ", "CORE", "RAM ", "DISP"]
SOMETIMES = ["HOST", "GOAL"]
CRITICAL_TAGS = ["NEED", "BASE"] + ALWAYS + SOMETIMES
OTHER_TAGS = ["WITN", "TIME", "NOTE", "TAPE", "MOVI", "SUMS", "LAST", "SETT", "LABL"]
FEATURES = [
    "base", "cycles", "goals", "host-calls", "no-rom", "skip-machine-code", "superchip",
    "two-page", "vf-order", "xochip", "xochip-audio",
]
PROGRAM_START = 0x200


@dataclass(frozen=True)
class Platform:
    """A column of the table of platforms."""

    name: str
    program_bytes_max: int
    return_addresses_max: int
    user_flags: int
    ram_bytes: int
    has_hires: bool
    planes: int

    @property
    def has_two_pages(self) -> bool:
        return self.name == "hires"

    @property
    def counts_cycles(self) -> bool:
        """Whether it can have timing 1."""
        return self.name in ("vip", "hires")

    @property
    def lores_size(self) -> tuple[int, int]:
        """Width and height of what is shown, but in hires."""
        return (64, 64) if self.has_two_pages else (64, 32)

    @property
    def display_size(self) -> tuple[int, int]:
        """Width and height of what `DISP` holds."""
        return (128, 64) if self.has_hires else self.lores_size

    @property
    def plane_bytes(self) -> int:
        width, height = self.display_size
        return width * height // 8


PLATFORMS = [
    Platform("vip", 3232, 12, 0, 4096, False, 1),
    Platform("chip8", 3584, 16, 0, 4096, False, 1),
    Platform("chip48", 3583, 16, 0, 4096, False, 1),
    Platform("schip10", 3583, 16, 8, 4096, True, 1),
    Platform("schip11", 3583, 16, 8, 4096, True, 1),
    Platform("schip", 3583, 16, 8, 4096, True, 1),
    Platform("xochip", 65024, 16, 16, 65536, True, 2),
    Platform("hires", 3232, 12, 0, 4096, False, 1),
]
TIMINGS = ["ipf", "cycles"]
FONT_NAMES = ["vip", "octo", "schip10", "schip11", "fish"]

QUIRKS = [
    "logic", "shift", "memoryIncrementByX", "memoryLeaveIUnchanged", "jump", "vblank",
    "vblank-in-hires", "wrap", "lores-big-sprites", "row-collisions", "resolution-clears",
    "doubled-lores", "scroll-zero-exits", "index-overflow-faults", "index-wraps",
    "index-overflow-flag", "key-wait-beeps", "skip-machine-code", "vf-order",
]

SPRITE_CYCLES_MAX = 2862
TWO_PAGE_SPRITE_CYCLES_MAX = 2868

# What a program on the platform hires sees in its RAM.
TWO_PAGE_START = b"\x12\xBE"
TWO_PAGE_RETURNS = 0x0DCD
TWO_PAGE_REGISTERS = 0x0DF0
TWO_PAGE_DISPLAY = 0x0E00


def sprite_cycles_max(platform: Platform) -> int:
    return TWO_PAGE_SPRITE_CYCLES_MAX if platform.has_two_pages else SPRITE_CYCLES_MAX


@dataclass(frozen=True)
class Program:
    """`PROG`: which program this is."""

    length: int
    sha1: bytes
    name: str

    @classmethod
    def read(cls, contents: bytes) -> Program:
        fields = Fields("PROG", contents)
        length, sha1 = fields.number(4), fields.take(20)
        name = utf8("PROG", fields.take(fields.number(1)))
        fields.end()
        return cls(length, sha1, name)

    def check(self, rom: bytes, platform: Platform) -> None:
        """Whether this is the program, and one that fits."""
        if not 1 <= self.length <= platform.program_bytes_max:
            refuse(f"{platform.name} has no room for a program of {self.length} bytes")
        if len(rom) != self.length or hashlib.sha1(rom).digest() != self.sha1:
            refuse("the program in ROM is not the one that PROG describes")


CHAIN_MAX = 256
CHAIN_BYTES_MAX = 64 << 20


@dataclass(frozen=True)
class Base:
    """`BASE`: the base image."""

    sha256: bytes
    state: bytes
    name: str

    @classmethod
    def read(cls, contents: bytes) -> Base:
        fields = Fields("BASE", contents)
        sha256, state = fields.take(32), fields.take(32)
        name = utf8("BASE", fields.take(fields.number(1)))
        fields.end()
        if name.startswith(".") or "/" in name or "\0" in name:
            refuse("BASE has a name that is no file's")
        return cls(sha256, state, name)


class Others:
    """What images leave out, in files that were named."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def program(self, wanted: Program) -> bytes:
        for data in self.files.values():
            if len(data) == wanted.length and hashlib.sha1(data).digest() == wanted.sha1:
                return data
        refuse(f"it leaves out its program, {wanted.name!r}, SHA-1 {wanted.sha1.hex()}")

    def image(self, wanted: Base) -> bytes:
        """The file of a base image, or one that has its name."""
        for data in self.files.values():
            is_image = data[-FOOTER_BYTES:].startswith(FOOTER_MAGIC)
            if is_image and data[-DIGEST_BYTES:] == wanted.sha256:
                return data
        for path, data in self.files.items():
            if wanted.name and path.rsplit("/", 1)[-1] == wanted.name:
                return data
        refuse(f"its base image is missing, {wanted.name!r}, SHA-256 {wanted.sha256.hex()}")


@dataclass(frozen=True)
class Core:
    """`CORE`: everything but the memories."""

    platform: Platform
    timing: str
    font: int
    quirks: list[str]
    ipf: int
    pc: int
    i: int
    v: list[int]
    delay: int
    sound: int
    stack: list[int]
    user_flags: list[int]
    random: int
    keys: list[int]
    waiting_register: Optional[int]
    waiting_keys: list[int]
    frame_rest: Optional[int]
    frames: int
    instructions: int
    cycles: Optional[int]
    is_hires: bool
    selected_planes: int
    audio_pattern: Optional[bytes]
    pitch: int
    audio_phase: int
    sprite_cycles: Optional[int]

    @classmethod
    def read(cls, contents: bytes) -> Core:
        fields = Fields("CORE", contents)
        number = fields.checked(1, "platform", range(len(PLATFORMS)))
        platform = PLATFORMS[number]
        counts_cycles = fields.checked(1, "timing", [0, 1] if platform.counts_cycles else [0]) == 1
        font = fields.checked(1, "font", range(len(FONTS)))
        fields.zero(1)
        quirks = fields.checked(4, "quirk", range(1 << len(QUIRKS)))
        ipf = fields.checked(4, "number of instructions per frame", range(1, 10_000_001))
        pc, i = fields.numbers(2, 2)
        v = fields.numbers(16, 1)
        delay, sound = fields.numbers(2, 1)
        depth = fields.checked(1, "stack", range(platform.return_addresses_max + 1))
        stack = fields.numbers(depth, 2)
        fields.zero(2 * (16 - depth))
        user_flags = fields.numbers(platform.user_flags, 1) + [0] * (16 - platform.user_flags)
        fields.zero(16 - platform.user_flags)
        random, keys = fields.number(8), fields.number(2)
        waiting = fields.optional(1, "register to wait with", range(16))
        waiting_keys = fields.checked(2, "key", [0] if waiting is None else range(1 << 16))
        rest = fields.optional(4, "rest of a frame", [0] if counts_cycles else range(1, ipf + 1))
        frames = fields.checked(8, "number of frames", range(1 << 48))
        instructions = fields.checked(8, "number of instructions", range(1 << 62))
        cycles_range = (
            range(3668 * max(frames - 1, 0), 3668 * frames + 41445) if counts_cycles else range(1)
        )
        cycles = fields.checked(8, "number of cycles", cycles_range)
        hires = fields.checked(1, "resolution", [0, 1] if platform.has_hires else [0])
        planes = fields.checked(1, "selection", range(4) if platform.planes == 2 else [1])
        loaded = fields.checked(1, "audio", [0, 1] if platform.name == "xochip" else [0])
        if not loaded:
            fields.zero(16)
        pattern = fields.take(16) if loaded else None
        pitch, phase = fields.number(1), fields.number(4)
        sprite_max = sprite_cycles_max(platform) if counts_cycles else -1
        sprite = fields.optional(4, "sprite", range(sprite_max + 1))
        fields.end()
        return cls(
            platform, TIMINGS[counts_cycles], font,
            [name for bit, name in enumerate(QUIRKS) if quirks >> bit & 1],
            ipf, pc, i, v, delay, sound, stack, user_flags, random, key_numbers(keys), waiting,
            key_numbers(waiting_keys), rest, frames, instructions,
            cycles if counts_cycles else None, hires == 1, planes, pattern, pitch, phase, sprite)

    @property
    def screen_size(self) -> tuple[int, int]:
        """Width and height of what the machine shows."""
        return (128, 64) if self.is_hires else self.platform.lores_size

    @property
    def pixel_step(self) -> int:
        """How many columns and rows of the display a pixel of the screen takes."""
        is_doubled = self.platform.has_hires and "doubled-lores" in self.quirks
        return 2 if is_doubled and not self.is_hires else 1


def key_numbers(keys: int) -> list[int]:
    return [key for key in range(16) if keys >> key & 1]


def utf8(what: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        refuse(f"{what} has text that is not UTF-8")


def read_features(contents: bytes) -> list[str]:
    """`NEED`: features. (Step 5)"""
    if len(contents) > 4096:
        refuse("NEED has more than 4096 bytes")
    if not contents.endswith(b"\n"):
        refuse("NEED ends in the middle of a name")
    names = contents[:-1].split(b"\n")
    for name in names:
        if not re.fullmatch(rb"[a-z0-9-]{1,32}", name):
            refuse("NEED has a name of a feature that cannot be one")
    if any(name >= next_name for name, next_name in zip(names, names[1:])):
        refuse("NEED does not name the features in ascending order")
    features = [name.decode("ascii") for name in names]
    for feature in features:
        if feature not in FEATURES:
            refuse(f"it needs {feature!r}, which this does not have")
    return features


def power_on_ram(core: Core, rom: bytes) -> bytes:
    """The base of `RAM `: what is in it at power-on."""
    small, big = FONTS[core.font]
    ram = bytearray(core.platform.ram_bytes)
    ram[0 : len(small)] = small
    if core.platform.has_hires:
        ram[0x50 : 0x50 + len(big)] = big
    ram[PROGRAM_START : PROGRAM_START + len(rom)] = rom
    if core.platform.has_two_pages:
        ram[PROGRAM_START : PROGRAM_START + 2] = TWO_PAGE_START
        ram[TWO_PAGE_REGISTERS:] = bytes(len(ram) - TWO_PAGE_REGISTERS)
    return bytes(ram)


def check_two_pages(core: Core, ram: bytes, display: bytes) -> None:
    """Whether the RAM has in it what a program on the platform hires sees there."""
    shown = [(TWO_PAGE_REGISTERS, bytes(core.v)), (TWO_PAGE_DISPLAY, display)]
    for level, address in enumerate(core.stack):
        shown.append((TWO_PAGE_RETURNS - 2 * level, address.to_bytes(2, "big")))
    if any(ram[start : start + len(part)] != part for start, part in shown):
        refuse("the RAM has other registers, another stack or another display than the machine")


def screen_of(core: Core, display: bytes) -> bytes:
    """`DISP`: what is on the screen, a byte a pixel, row by row, a bit in it for each plane."""
    display_width, _ = core.platform.display_size
    row_bytes = display_width // 8
    width, height = core.screen_size
    pixels = bytearray()
    for y in range(height):
        planes = []
        for plane in range(core.platform.planes):
            start = plane * core.platform.plane_bytes + y * core.pixel_step * row_bytes
            row = int.from_bytes(display[start : start + row_bytes], "big")
            planes.append(f"{row:0{display_width}b}"[:: core.pixel_step][:width])
        for bits in zip(*planes):
            pixels.append(sum(int(bit) << plane for plane, bit in enumerate(bits)))
    return bytes(pixels)


@dataclass(frozen=True)
class Witness:
    """`WITN`: the witness."""

    instructions: int
    frames: int
    sha256: str

    @classmethod
    def read(cls, contents: bytes) -> Witness:
        fields = Fields("WITN", contents)
        instructions = fields.checked(4, "number of instructions", range(65536 + 1))
        frames = fields.checked(4, "number of frames", range(1, 256 + 1))
        sha256 = fields.take(32).hex()
        fields.end()
        return cls(instructions, frames, sha256)


def read_time(contents: bytes) -> int:
    """`TIME`: seconds since 1970."""
    fields = Fields("TIME", contents)
    time = fields.number(8)
    fields.end()
    return time


def read_note(contents: bytes) -> str:
    """`NOTE`: what the user says of it."""
    if not 1 <= len(contents) <= 4096:
        refuse("NOTE is empty or too long")
    if 0 in contents:
        refuse("NOTE has a zero byte")
    return utf8("NOTE", contents)


STATUSES = [*range(0x01, 0x04), *range(0x10, 0x15), *range(0x20, 0x2A)]
RESTORED = 2


@dataclass(frozen=True)
class Host:
    """`HOST`: what the program has of its host."""

    answer: int
    arguments: list[str]

    @classmethod
    def read(cls, contents: bytes) -> Host:
        fields = Fields("HOST", contents)
        fields.checked(1, "version", [1])
        answer = fields.checked(1, "status", [0] + STATUSES)
        count = fields.checked(1, "number of arguments", range(21))
        texts = fields.take(len(contents) - 3).split(b"\0")
        if len(texts) != count + 1 or texts.pop():
            refuse("HOST has more or fewer arguments than it says")
        if sum(map(len, texts)) > 2048:
            refuse("HOST has arguments that are too long")
        return cls(answer, [utf8("HOST", text) for text in texts])


@dataclass(frozen=True)
class Goals:
    """`GOAL`: what is called before the program continues."""

    addresses: list[int]
    answer: int

    @classmethod
    def read(cls, contents: bytes, core: Core, host: Optional[Host]) -> Goals:
        fields = Fields("GOAL", contents)
        addresses = range(core.platform.ram_bytes - 1)
        first = fields.checked(2, "address", addresses)
        fields.checked(8, "number of frames", range(core.frames + 1))
        fields.take(2 + 2 + 16)
        depth = fields.checked(1, "stack", range(core.platform.return_addresses_max + 1))
        fields.take(2 * depth)
        fields.zero(2 * (16 - depth))
        waiting = fields.optional(1, "register to wait with", range(16))
        fields.checked(2, "key", [0] if waiting is None else range(1 << 16))
        sprite_max = sprite_cycles_max(core.platform) if core.timing == "cycles" else -1
        fields.optional(4, "sprite", range(sprite_max + 1))
        answer = fields.checked(1, "status", [0] + STATUSES if host else [0])
        count = fields.checked(1, "number of goals", range(16))
        rest = [fields.checked(2, "address", addresses) for _ in range(count)]
        fields.end()
        if not core.stack:
            refuse("GOAL has a goal that has returned")
        return cls([first] + rest, answer)


TAPE_BYTES_MAX = 4 << 20
PAST_FRAMES_MAX, PAST_INSTRUCTIONS_MAX = 1 << 26, 1 << 36
EVENT_BYTES_MAX = 1 << 16


@dataclass(frozen=True, order=True)
class Position:
    """Where a machine is. Between two frames a tape does not count instructions."""

    frame: int
    instruction: int
    is_in_frame: bool

    @classmethod
    def of(cls, core: Core) -> Position:
        return cls(core.frames, core.instructions, core.frame_rest is not None)

    @property
    def mark(self) -> Position:
        return self if self.is_in_frame else Position(self.frame, 0, False)


@dataclass(frozen=True)
class Past:
    """`TAPE`: the past."""

    is_power_on: bool
    start: Position
    event_count: int

    @classmethod
    def read(cls, contents: bytes, core: Core, rom: bytes) -> Past:
        if len(contents) > TAPE_BYTES_MAX:
            refuse("TAPE is too long")
        fields = Fields("TAPE", contents)
        is_power_on = fields.checked(1, "start", [0, 1]) == 0
        if is_power_on:
            fields.take(8)
            start = Position(0, 0, False)
        else:
            start = Position.of(read_start(fields, rom))
        end = Position.of(core)
        positions = read_events(fields)
        fields.end()
        frames = end.frame - start.frame
        instructions = end.instruction - start.instruction
        if not 0 <= frames <= PAST_FRAMES_MAX or start.mark > end.mark:
            refuse("TAPE begins after its machine, or too long before it")
        if not 0 <= instructions <= PAST_INSTRUCTIONS_MAX:
            refuse("TAPE begins after its machine, or too long before it")
        if positions and not start.mark <= positions[0] <= positions[-1] <= end.mark:
            refuse("TAPE has events before its start or after its machine")
        return cls(is_power_on, start, len(positions))


def read_start(fields: Fields, rom: bytes) -> Core:
    """The machine at the start of a past, all of it checked."""
    sections: dict[str, Section] = {}
    for _ in range(fields.checked(1, "number of sections", range(17))):
        section = read_section(fields)
        if section.tag in sections or not section.is_critical or section.version != 1:
            refuse("TAPE has a start with sections that it cannot have")
        sections[section.tag] = section
    for tag in sections:
        if tag not in ["CORE", "RAM ", "DISP"] + SOMETIMES:
            refuse("TAPE has a start with sections that it cannot have")
    for tag in ["CORE", "RAM ", "DISP"]:
        if tag not in sections:
            refuse(f"TAPE has a start without {tag!r}")
    core = Core.read(sections["CORE"].decoded())
    if not 1 <= len(rom) <= core.platform.program_bytes_max:
        refuse("TAPE has a start that has no room for the program")
    ram = sections["RAM "].decoded(power_on_ram(core, rom))
    display = sections["DISP"].decoded()
    if len(ram) != core.platform.ram_bytes:
        refuse("TAPE has a start with a RAM of another length")
    if len(display) != core.platform.planes * core.platform.plane_bytes:
        refuse("TAPE has a start with a display of another length")
    if core.platform.has_two_pages:
        check_two_pages(core, ram, display)
    host = Host.read(sections["HOST"].decoded()) if "HOST" in sections else None
    if "GOAL" in sections:
        Goals.read(sections["GOAL"].decoded(), core, host)
    return core


def read_events(fields: Fields) -> list[Position]:
    """Where the events of a tape are; what they are is checked."""
    positions: list[Position] = []
    frame = instruction = 0
    is_in_frame = False
    for _ in range(fields.varying("number of events")):
        step = fields.varying("distance")
        if step & 1 == 0 and step >> 1 == 0 and is_in_frame:
            refuse("TAPE has events out of order")
        frame, is_in_frame = frame + (step >> 1), step & 1 == 1
        if is_in_frame:
            instruction += fields.varying("distance")
        if max(frame, instruction) >= 1 << 64:
            refuse("TAPE has events out of order")
        positions.append(Position(frame, instruction, is_in_frame).mark)
        read_event(fields)
    return positions


def read_event(fields: Fields) -> None:
    kind = fields.checked(1, "event", range(8))
    if kind == 0:
        fields.take(2)
    elif kind == 1:
        fields.varying("address", EVENT_BYTES_MAX)
        fields.take(fields.varying("length", EVENT_BYTES_MAX))
    elif kind == 2:
        fields.checked(1, "status", STATUSES)
    elif kind == 3:
        fields.varying("address", EVENT_BYTES_MAX)
    elif kind == 4:
        count = fields.varying("number of arguments", 20)
        texts = [fields.take(fields.varying("length", 2048)) for _ in range(count)]
        for text in texts:
            utf8("TAPE", text)
        if sum(map(len, texts)) > 2048 or any(0 in text for text in texts):
            refuse("TAPE has arguments that no program can be handed")
    elif kind == 5:
        utf8("TAPE", fields.take(fields.varying("length", 255)))
        fields.take(fields.varying("length", EVENT_BYTES_MAX))
    elif kind == 6:
        fields.take(fields.varying("length", 16))
    else:
        register = fields.checked(1, "register", range(20))
        fields.varying("value", 0xFFFF if register in (16, 17) else 0xFF)


MOVIE_BYTES_MAX = 4 << 20


@dataclass(frozen=True)
class Movie:
    """`MOVI`: what makes an image a movie."""

    rerecords: int
    authors: list[str]
    markers: list[tuple[int, str]]
    digest_interval: int
    check_interval: int
    check_count: int

    @classmethod
    def read(cls, contents: bytes, core: Core, past: Optional[Past]) -> Movie:
        if len(contents) > MOVIE_BYTES_MAX:
            refuse("MOVI is too long")
        if past is None:
            refuse("MOVI has no TAPE")
        first, last = past.start.frame, core.frames
        fields = Fields("MOVI", contents)

        def text() -> str:
            length = fields.varying("length", 255)
            if length == 0:
                refuse("MOVI has an empty text")
            return utf8("MOVI", fields.take(length))

        rerecords = fields.varying("number of re-records")
        authors = [text() for _ in range(fields.varying("number of authors", 64))]
        markers: list[tuple[int, str]] = []
        frame = 0
        for _ in range(fields.varying("number of markers", 4096)):
            frame += fields.varying("distance")
            if not first <= frame <= last:
                refuse("MOVI has a marker outside of its frames")
            markers.append((frame, text()))
        digests = fields.checked(1, "distance of digests", range(27))
        checks = fields.checked(1, "distance of checksums", range(digests + 1))
        digest_count = (last >> digests) - (first >> digests)
        check_count = (last >> checks) - (first >> checks)
        if digest_count > 8192 or check_count > 262144:
            refuse("MOVI has too many digests or checksums")
        fields.take(DIGEST_BYTES * digest_count + 4 * check_count)
        fields.end()
        return cls(rerecords, authors, markers, 1 << digests, 1 << checks, check_count)

    def read_sums(self, contents: bytes) -> list[str]:
        """`SUMS`: which memories of the movie have checksums."""
        fields = Fields("SUMS", contents)
        count = fields.checked(1, "number of sections", range(1, 5))
        tags = [fields.take(4) for _ in range(count)]
        if len(set(tags)) != count:
            refuse("SUMS has a section twice")
        fields.take(4 * self.check_count * count)
        fields.end()
        return [tag.decode("ascii", "replace") for tag in tags]


@dataclass(frozen=True)
class Executed:
    """An instruction that was executed."""

    address: int
    opcode: int
    following: int


def read_last(contents: bytes) -> list[Executed]:
    """`LAST`: what was executed last."""
    if not 6 <= len(contents) <= 32 * 6:
        refuse("LAST has no instructions or too many")
    fields = Fields("LAST", contents)
    last = []
    while fields.offset < len(contents):
        last.append(Executed(*fields.numbers(3, 2)))
    return last


KEY_USAGES = {*range(4, 41), 42, *range(44, 50), *range(51, 57), *range(73, 83), *range(84, 100)}
POINTS_MAX = 256
LABEL_BYTES_MAX = 4 << 20


def ascending(what: str, entries: list[Any]) -> list[Any]:
    if any(entry >= next_entry for entry, next_entry in zip(entries, entries[1:])):
        refuse(f"{what} is not in ascending order")
    return entries


@dataclass(frozen=True)
class Settings:
    """`SETT`: how the machine is shown, played and watched."""

    speed: Optional[int]
    rotation: Optional[int]
    colors: list[bytes]
    keys: list[tuple[int, Optional[int]]]
    breakpoints: list[int]
    watchpoints: list[tuple[int, int]]

    @classmethod
    def read(cls, contents: bytes, ram_bytes: int) -> Settings:
        fields = Fields("SETT", contents)
        speed = fields.checked(2, "speed", [0, *range(10, 1001)])
        rotation = fields.optional(2, "rotation", [0, 90, 180, 270])
        colors = [fields.take(3) for _ in range(fields.checked(1, "number of colours", [0, 4]))]
        keys = [
            (fields.checked(1, "key", KEY_USAGES), fields.optional(1, "keypad's key", range(16)))
            for _ in range(fields.number(1))
        ]
        ascending("SETT", [usage for usage, _ in keys])
        points = range(POINTS_MAX + 1)
        breakpoints = ascending("SETT", [
            fields.checked(2, "breakpoint", range(ram_bytes))
            for _ in range(fields.checked(2, "number of breakpoints", points))
        ])
        watchpoints = []
        for _ in range(fields.checked(2, "number of watchpoints", points)):
            address = fields.checked(2, "watchpoint", range(ram_bytes))
            length = fields.checked(2, "length of a watchpoint", range(1, ram_bytes - address + 1))
            watchpoints.append((address, length))
        ascending("SETT", watchpoints)
        fields.end()
        settings = cls(speed or None, rotation, colors, keys, breakpoints, watchpoints)
        if settings == cls(None, None, [], [], [], []):
            refuse("SETT says nothing")
        return settings

    def facts(self) -> dict[str, Any]:
        return {
            "speed": self.speed,
            "rotation": self.rotation,
            "colors": ["#" + color.hex().upper() for color in self.colors],
            "keys": [{"usage": usage, "keypad": key} for usage, key in self.keys],
            "breakpoints": [{"address": address} for address in self.breakpoints],
            "watchpoints": [
                {"address": address, "bytes": length} for address, length in self.watchpoints
            ],
        }


def read_labels(contents: bytes) -> list[tuple[int, str]]:
    """`LABL`: what addresses are called."""
    if not 1 <= len(contents) <= LABEL_BYTES_MAX:
        refuse("LABL is empty or too long")
    fields = Fields("LABL", contents)
    labels = []
    while fields.offset < len(contents):
        address = fields.number(2)
        labels.append((address, fields.take(fields.checked(1, "length", range(1, 256)))))
    return [(address, utf8("LABL", name)) for address, name in ascending("LABL", labels)]


# ----------------------------------------------- The canonical encoding and the state digest


def canonical_encoding(contents: dict[str, bytes]) -> bytes:
    parts = [(tag, contents[tag]) for tag in ["CORE", "RAM ", "DISP"] + SOMETIMES if tag in contents]
    return b"".join(tag.encode() + len(data).to_bytes(4, "little") + data for tag, data in parts)


# -------------------------------------------------------------------------- What a reader does


def known_sections(sections: list[Section]) -> dict[str, Section]:
    """Those that this reader knows; refuses what it ought to know and does not. (Step 6)"""
    known: dict[str, Section] = {}
    for section in sections:
        if section.tag in CRITICAL_TAGS + OTHER_TAGS and section.version == 1:
            known[section.tag] = section
        elif section.is_critical or section.tag in CRITICAL_TAGS:
            refuse(f"it has a section {section.tag!r}, version {section.version}, "
                   "which this does not know and must not leave out")
    return known


@dataclass(frozen=True)
class Saved:
    """All that an image holds, checked."""

    byte_count: int
    sections: list[Section]
    contents: dict[str, bytes]
    needs: list[str]
    base: Optional[Base]
    program: Program
    # Its own or what was found, for images based on this one may leave it out too.
    rom: bytes
    core: Core
    witness: Optional[Witness]
    time: Optional[int]
    note: Optional[str]
    past: Optional[Past]
    movie: Optional[Movie]
    last: list[Executed]
    host: Optional[Host]
    goals: Optional[Goals]
    settings: Optional[Settings]
    labels: list[tuple[int, str]]

    @property
    def state(self) -> bytes:
        return canonical_encoding(self.contents)

    @property
    def state_digest(self) -> bytes:
        return hashlib.sha256(self.state).digest()


def read_base(
    base: Base, others: Others, chain: list[tuple[bytes, int]]
) -> Saved:
    """Reads the base image of an image. `chain` has the digests and sizes of those before it."""
    if len(chain) == CHAIN_MAX:
        refuse(f"more than {CHAIN_MAX} images are based on each other")
    file = others.image(base)
    saved = read(file, others, chain)
    if file[-DIGEST_BYTES:] != base.sha256 and saved.state_digest != base.state:
        refuse(f"its base image, {base.name!r}, holds another state now")
    return saved


def read(file: bytes, others: Others, chain: list[tuple[bytes, int]]) -> Saved:
    """Reads a file in the order in which the page says that a reader checks."""
    image = image_in(file)
    digest = image[-DIGEST_BYTES:]
    if digest in [known for known, _ in chain]:
        refuse("it is based on itself")
    check_header(image)
    sections = sections_of(image)
    # The sections that have no base; nothing is believed of them yet.
    contents: dict[str, bytes] = {}
    needs: list[str] = []
    for section in sections:
        if section.tag == "NEED" and section.version == 1:
            contents["NEED"] = section.decoded()
            needs = read_features(contents["NEED"])
    known = known_sections(sections)
    for tag in ALWAYS:
        if tag not in known and not (tag == "ROM " and "no-rom" in needs):
            refuse(f"its section {tag!r} is missing")
    base = Base.read(known["BASE"].decoded()) if "BASE" in known else None
    size = sum(max(len(part.stored), part.decoded_length) for part in sections)
    chain = chain + [(digest, size)]
    if sum(size for _, size in chain) > CHAIN_BYTES_MAX:
        refuse("the images that are based on each other are too large")
    base_image = read_base(base, others, chain) if base else None
    inherited = base_image.contents if base_image else None
    for tag, section in known.items():
        if tag in ["ROM ", "CORE", "DISP"] + SOMETIMES:
            contents[tag] = section.decoded(base_image=inherited)
        elif tag not in ("NEED", "RAM "):
            contents[tag] = section.decoded()

    core = Core.read(contents["CORE"])
    program = Program.read(contents["PROG"])
    if "ROM " in contents:
        rom = contents["ROM "]
    elif base_image and hashlib.sha1(base_image.rom).digest() == program.sha1:
        rom = base_image.rom
    else:
        rom = others.program(program)
    program.check(rom, core.platform)
    contents["RAM "] = known["RAM "].decoded(power_on_ram(core, rom), inherited)
    display_bytes = core.platform.planes * core.platform.plane_bytes
    for tag, length in [("RAM ", core.platform.ram_bytes), ("DISP", display_bytes)]:
        if len(contents[tag]) != length:
            refuse(f"{tag!r} is not {length} bytes, as {core.platform.name} has them")
    if core.platform.has_two_pages:
        check_two_pages(core, contents["RAM "], contents["DISP"])
    host = Host.read(contents["HOST"]) if "HOST" in contents else None
    past = Past.read(contents["TAPE"], core, rom) if "TAPE" in contents else None
    movie = Movie.read(contents["MOVI"], core, past) if "MOVI" in contents else None
    if movie and "SUMS" in contents:
        movie.read_sums(contents["SUMS"])
    return Saved(
        len(image), sections, contents, needs, base, program, rom, core,
        Witness.read(contents["WITN"]) if "WITN" in contents else None,
        read_time(contents["TIME"]) if "TIME" in contents else None,
        read_note(contents["NOTE"]) if "NOTE" in contents else None,
        past,
        movie,
        read_last(contents["LAST"]) if "LAST" in contents else [],
        host,
        Goals.read(contents["GOAL"], core, host) if "GOAL" in contents else None,
        Settings.read(contents["SETT"], core.platform.ram_bytes) if "SETT" in contents else None,
        read_labels(contents["LABL"]) if "LABL" in contents else [])


def facts(saved: Saved) -> dict[str, Any]:
    """What is in an image, for people and programs that read JSON."""
    core, display, ram = saved.core, saved.contents["DISP"], saved.contents["RAM "]
    answers = [each.answer for each in (saved.host, saved.goals) if each]
    width, height = core.screen_size
    return {
        # The headless report.
        "program": saved.program.name,
        "platform": core.platform.name,
        "ipf": core.ipf,
        "frames": core.frames,
        "instructions": core.instructions,
        "screen": {
            "width": width,
            "height": height,
            "sha1": hashlib.sha1(screen_of(core, display)).hexdigest(),
        },
        "ram": {"bytes": len(ram), "sha1": hashlib.sha1(ram).hexdigest()},
        "state": {"bytes": len(saved.state), "sha256": saved.state_digest.hex()},
        "registers": {
            "pc": core.pc,
            "i": core.i,
            "sp": len(core.stack),
            "dt": core.delay,
            "st": core.sound,
            "v": core.v,
        },
        # What `image info` adds.
        "bytes": saved.byte_count,
        "machine": {
            "platform": core.platform.name,
            "timing": core.timing,
            "ipf": core.ipf,
            "quirks": core.quirks,
            "font": FONT_NAMES[core.font],
        },
        "needs": saved.needs,
        "base": saved.base
        and {
            "name": saved.base.name,
            "sha256": saved.base.sha256.hex(),
            "state": saved.base.state.hex(),
        },
        "time": saved.time,
        "note": saved.note,
        "cycles": core.cycles,
        "frameRest": core.frame_rest,
        "stack": [{"address": address} for address in core.stack],
        "flags": core.user_flags,
        "keys": core.keys,
        "keyWait": None
        if core.waiting_register is None
        else {"register": core.waiting_register, "pressed": core.waiting_keys},
        "random": core.random,
        "host": saved.host
        and {"asleep": RESTORED in answers, "arguments": saved.host.arguments},
        "goals": [{"address": address} for address in (saved.goals.addresses if saved.goals else [])],
        "last": [{"address": each.address, "opcode": each.opcode} for each in saved.last],
        "witness": saved.witness and vars(saved.witness),
        "past": saved.past
        and {
            "powerOn": saved.past.is_power_on,
            "frames": saved.past.start.frame,
            "instructions": saved.past.start.instruction,
            "events": saved.past.event_count,
        },
        "movie": saved.movie
        and {
            "rerecords": saved.movie.rerecords,
            "authors": saved.movie.authors,
            "markers": [{"frame": frame, "text": text} for frame, text in saved.movie.markers],
            "digestInterval": saved.movie.digest_interval,
            "checkInterval": saved.movie.check_interval,
        },
        "settings": saved.settings and saved.settings.facts(),
        "labels": [{"address": address, "name": name} for address, name in saved.labels],
        "sections": [
            {
                "tag": section.tag,
                "version": section.version,
                "critical": section.is_critical,
                "safeToCopy": bool(section.flags & SAFE_TO_COPY),
                "bytes": section.decoded_length,
                "stored": len(section.stored),
            }
            for section in saved.sections
        ],
    }


# --------------------------------------------------------------------------------------- Fonts

SMALL_VIP = bytes.fromhex("""
    F0909090F0 6020202070 F010F080F0 F010F010F0 A0A0F02020 F080F010F0 F080F090F0 F010101010
    F090F090F0 F090F010F0 F090F09090 F0507050F0 F0808080F0 F0505050F0 F080F080F0 F080F08080
""")
SMALL_CHIP48 = bytes.fromhex("""
    F0909090F0 2060202070 F010F080F0 F010F010F0 9090F01010 F080F010F0 F080F090F0 F010204040
    F090F090F0 F090F010F0 F090F09090 E090E090E0 F0808080F0 E0909090E0 F080F080F0 F080F08080
""")
SMALL_FISH = bytes.fromhex("""
    60A0A0A0C0 40C04040E0 C0204080E0 C0204020C0 20A0E02020 E080C020C0 4080C0A040 E020604040
    40A040A040 40A0602040 40A0E0A0A0 C0A0C0A0C0 6080808060 C0A0A0A0C0 E080C080E0 E080C08080
""")
BIG_SCHIP10 = bytes.fromhex("""
    3C7EC3C3C3C3C3C37E3C 1838581818181818183C 3E7FC3060C183060FFFF 3C7EC3030E0E03C37E3C
    060E1E3666C6FFFF0606 FFFFC0C0FCFE03C37E3C 3E7CC0C0FCFEC3C37E3C FFFF03060C1830606060
    3C7EC3C37E7EC3C37E3C 3C7EC3C37F3F03033E7C
""")
BIG_SCHIP11 = bytes.fromhex("""
    3C7EE7C3C3C3C3E77E3C 1838581818181818183C 3E7FC3060C183060FFFF 3C7EC3030E0E03C37E3C
    060E1E3666C6FFFF0606 FFFFC0C0FCFE03C37E3C 3E7CE0C0FCFEC3C37E3C FFFF03060C1830606060
    3C7EC3C37E7EC3C37E3C 3C7EC3C37F3F03033E7C
""")
BIG_OCTO = bytes.fromhex("""
    FFFFC3C3C3C3C3C3FFFF 1878781818181818FFFF FFFF0303FFFFC0C0FFFF FFFF0303FFFF0303FFFF
    C3C3C3C3FFFF03030303 FFFFC0C0FFFF0303FFFF FFFFC0C0FFFFC3C3FFFF FFFF0303060C18181818
    FFFFC3C3FFFFC3C3FFFF FFFFC3C3FFFF0303FFFF 7EFFC3C3C3FFFFC3C3C3 FCFCC3C3FCFCC3C3FCFC
    3CFFC3C0C0C0C0C3FF3C FCFEC3C3C3C3C3C3FEFC FFFFC0C0FFFFC0C0FFFF FFFFC0C0FFFFC0C0C0C0
""")
BIG_FISH = bytes.fromhex("""
    7CC6CEDED6F6E6C67C00 1030F03030303030FC00 78CCCC0C183060CCFC00 78CC0C0C380C0CCC7800
    0C1C3C6CCCFE0C0C1E00 FCC0C0C0F80C0CCC7800 3860C0C0F8CCCCCC7800 FEC6C6060C1830303000
    78CCCCEC78DCCCCC7800 7CC6C6C67C1818307000 3078CCCCCCFCCCCCCC00 FC6666667C666666FC00
    3C66C6C0C0C0C6663C00 F86C66666666666CF800 FE6260647C646062FE00 FE6662647C646060F000
""")

# Small and big digits of each font: vip, octo, schip10, schip11, fish.
FONTS = [
    (SMALL_VIP, b""),
    (SMALL_CHIP48, BIG_OCTO),
    (SMALL_CHIP48, BIG_SCHIP10),
    (SMALL_CHIP48, BIG_SCHIP11),
    (SMALL_FISH, BIG_FISH),
]


def file_at(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    with open(path, "rb") as stream:
        return stream.read()


def main(arguments: list[str]) -> int:
    tag = None
    paths = []
    while len(arguments) > 2 and arguments[0] == "--with":
        paths.append(arguments[1])
        arguments = arguments[2:]
    if len(arguments) == 3 and arguments[0] == "--contents":
        tag, arguments = arguments[1].ljust(4), arguments[2:]
    if not arguments or arguments[0].startswith("--"):
        print("usage: state_reader.py [--with FILE]... [--contents TAG] FILE...", file=sys.stderr)
        return 64
    try:
        others = Others({path: file_at(path) for path in paths})
    except OSError as problem:
        print(f"state_reader.py: {problem.filename}: {problem.strerror}", file=sys.stderr)
        return 66
    code = 0
    for path in arguments:
        try:
            saved = read(file_at(path), others, [])
            if tag is None:
                print(json.dumps(facts(saved)))
            elif tag in saved.contents:
                sys.stdout.buffer.write(saved.contents[tag])
            else:
                refuse(f"it has no section {tag!r} that this knows")
        except OSError as problem:
            print(f"state_reader.py: {path}: {problem.strerror}", file=sys.stderr)
            code = 66
        except Refusal as problem:
            print(f"state_reader.py: {path}: {problem}", file=sys.stderr)
            code = max(code, 65)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
