"""A game in the core, driven frame by frame by libretro.py as a front end drives it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import libretro
from libretro import (ArrayAudioDriver, ArrayVideoDriver, DictOptionDriver, IterableInputDriver,
                      KeyboardState)

# The key of a keyboard for each of the machine's sixteen.
KEYBOARD = b"x123qweasdzc4rfv"
HEADER = 32
# Kinds of memory.
SAVE_RAM, SYSTEM_RAM, VIDEO_RAM = 0, 2, 3


class Keyboard(KeyboardState):
    """A keyboard with some of the machine's keys down. libretro.py's own fails with Python 3.11."""

    def __init__(self, keys: Iterable[int] = ()):
        KeyboardState.__init__(self)
        object.__setattr__(self, "codes", {KEYBOARD[key] for key in keys})

    def __getitem__(self, code: int) -> bool:
        return code in self.codes


class Sound(ArrayAudioDriver):
    """What was heard."""

    def take(self) -> bytes:
        """The samples since the last time."""
        samples = self._buffer.tobytes()
        del self._buffer[:]
        return samples


class Game:
    """A context in which a game is loaded."""

    def __init__(self, core: str, path: str, options: dict[str, str] | None = None):
        self.audio = Sound()
        self.video = ArrayVideoDriver()
        self.keys = Keyboard()
        options = {key.encode(): value.encode() for key, value in (options or {}).items()}
        self.options = DictOptionDriver(2, True, options)
        self.session = (
            libretro.defaults(core).with_content(path).with_audio(self.audio)
            .with_video(self.video).with_options(self.options)
            .with_input(IterableInputDriver(lambda: self._inputs())).build())

    def _inputs(self):
        while True:
            yield self.keys

    def __enter__(self):
        self.session.__enter__()
        self.core = self.session.core
        self.size = self.core.serialize_size()
        return self

    def __exit__(self, *error):
        self.session.__exit__(*error)

    def run(self, keys: Iterable[int] = ()) -> tuple[bytes, bytes]:
        """Runs a frame, and returns what is seen and heard."""
        self.keys = Keyboard(keys)
        self.session.run()
        frame = self.video.screenshot(False)
        size = frame.width.to_bytes(2, "little") + frame.height.to_bytes(2, "little")
        return bytes(frame.data) + size, self.audio.take()

    def save(self) -> bytes:
        state = bytearray(self.size)
        assert self.core.serialize(state), "a state can be written"
        return bytes(state)

    def load(self, state: bytes) -> bool:
        return self.core.unserialize(state)

    def memory(self, kind: int) -> bytes:
        return bytes(self.core.get_memory(kind) or b"")


def canonical(state: bytes) -> bytes:
    """The canonical encoding of the machine in a state."""
    end = HEADER
    while end + 8 <= len(state) and state[end:end + 4] != bytes(4):
        end += 8 + int.from_bytes(state[end + 4:end + 8], "little")
    return state[HEADER:end]


def state_digest(state: bytes) -> str:
    return hashlib.sha256(canonical(state)).hexdigest()


def keys_of(frame: int) -> tuple[int, ...]:
    """Each key in turn, down for some frames and up for as many."""
    return (frame // 8 % 16,) if frame // 4 % 2 == 0 else ()


def key_script(frames: int) -> str:
    """The same as chip8 takes it."""
    presses = [f"{frame}-{frame + 4}:{frame // 8 % 16:X}" for frame in range(0, frames, 8)]
    return ",".join(presses)


def our_programs(root: Path) -> list[Path]:
    return sorted(root.glob("roms/*.ch8")) + sorted(root.glob("roms/tests/*.ch8"))
