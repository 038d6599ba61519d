"""What a front end sees of the core beside the picture: options, descriptors, memory, refusals.

Usage: frontend.py CORE
"""

import ctypes
import sys
import tempfile
from pathlib import Path

from libretro import Pointer, PointerState
from libretro.api.content import retro_game_info

from core import SYSTEM_RAM, VIDEO_RAM, Game, canonical

SAVE_RAM = 0
BACKFIRE = "roms/backfire.ch8"


def options_choose_the_machine(core: str):
    with Game(core, BACKFIRE) as game:
        keys = {key.decode() for key in game.session.options.definitions}
        assert {"chip8_platform", "chip8_ipf", "chip8_seed", "chip8_palette", "chip8_keypad",
                "chip8_quirk_wrap", "chip8_quirk_lores_big_sprites"} <= keys, keys
        usual = canonical(game.save())
        picture = game.run()[0]
    # Quirks and speed are among what stands first in the machine's state.
    with Game(core, BACKFIRE, {"chip8_ipf": "30", "chip8_quirk_wrap": "on"}) as game:
        other = canonical(game.save())
        assert usual[16:20] == (12).to_bytes(4, "little"), "the speed is the program's"
        assert other[16:20] == (30).to_bytes(4, "little"), "the speed is chosen"
        assert not usual[12] & 1 << 7 and other[12] & 1 << 7, "a quirk is chosen"
    with Game(core, BACKFIRE, {"chip8_platform": "xochip"}) as game:
        assert len(game.memory(SYSTEM_RAM)) == 65536, "the platform is chosen"
    with Game(core, BACKFIRE, {"chip8_palette": "white"}) as game:
        other = game.run()[0]
        assert other != picture and set(other[:-4]) <= {0, 255}, "the palette is chosen"


def buttons_are_described(core: str):
    with Game(core, BACKFIRE) as game:
        described = {(d.port, d.id): d.description.decode() for d in game.session.input_descriptors
                     if d.description}
        assert len(described) == 32, described
        first = [text for (port, _), text in described.items() if port == 0]
        digits = sorted(text.rstrip(")")[-1] for text in first)
        assert digits == list("0123456789ABCDEF"), "each key has a button"


def the_keypad_is_shown_and_pressed(core: str):
    with Game(core, "roms/tests/keypad.ch8", {"chip8_keypad": "right"}) as game:
        game.run()
        frame = game.video.screenshot(False)
        assert (frame.width, frame.height) == (384, 128), "the keypad is beside the screen"
        # The upper left key of it is 1.
        x, y = int((256 + 16) / 384 * 65534 - 32767), int(16 / 128 * 65534 - 32767)
        game.keys = PointerState([Pointer(x, y, True)])
        game.session.run()
        held = int.from_bytes(game.save()[6:8], "little")
        assert held == 1 << 1, f"a key of the keypad is pressed, and these are down: {held:x}"
        assert bytes(game.video.screenshot(False).data) != bytes(frame.data), "it shows that"


def memory_is_mapped(core: str):
    with Game(core, "roms/loom.ch8") as game:
        maps = game.session.memory_maps
        regions = [maps.descriptors[k] for k in range(maps.num_descriptors)]
        assert [(r.start, r.len) for r in regions] == [(0, 65536), (0x10000, 8192), (0x14000, 16)]
        for _ in range(30):
            game.run()
        state = canonical(game.save())
        start = state.index(b"RAM ") + 8
        assert game.memory(SYSTEM_RAM) == state[start:start + 65536], "the RAM is the machine's"
        assert any(game.memory(VIDEO_RAM)), "the screen is there"


def what_is_written_reaches_the_program(core: str):
    with Game(core, BACKFIRE) as game:
        game.run()
        game.core.get_memory(SYSTEM_RAM)[0xF00] = 0x5A
        game.run()
        state = canonical(game.save())
        assert state[state.index(b"RAM ") + 8 + 0xF00] == 0x5A, "a cheat"


def flags_are_kept(core: str):
    with tempfile.TemporaryDirectory() as directory:
        # Loads a flag, adds one, stores it.
        program = Path(directory, "count.ch8")
        program.write_bytes(bytes.fromhex("F085 7001 F075 1206"))
        options = {"chip8_platform": "schip"}
        with Game(core, str(program), options) as game:
            assert game.memory(SAVE_RAM) == bytes(8)
            # As the front end does that has a save file.
            game.core.get_memory(SAVE_RAM)[0] = 41
            game.run()
            assert game.memory(SAVE_RAM)[0] == 42, "what the program has stored is there"
            game.session.reset()
            game.run()
            assert game.memory(SAVE_RAM)[0] == 43, "and there after a reset"


def all_kinds_of_content(core: str):
    with Game(core, BACKFIRE) as game:
        game.run()
        pixels = game.memory(VIDEO_RAM)
    with Game(core, "roms/backfire.8o") as game:
        game.run()
        assert game.memory(VIDEO_RAM) == pixels, "a source is assembled"
    state = next(Path("Tests/Corpus/v1").glob("*.state"))
    with Game(core, str(state)) as game:
        game.run()


def bad_content_is_refused(core: str):
    with tempfile.TemporaryDirectory() as directory:
        image = next(Path("Tests/Corpus/v1").glob("*.state")).read_bytes()
        damaged = bytearray(image)
        damaged[len(image) // 2] ^= 1
        for name, contents in {
            "large.ch8": bytes(range(256)) * 300, "damaged.state": damaged,
            "cut.state": image[:-1], "wrong.8o": b": main nonsense", "page.ch8": b"<html></html>" * 9,
        }.items():
            path = Path(directory, name)
            path.write_bytes(contents)
            try:
                with Game(core, str(path)):
                    raise AssertionError(f"{name} is taken")
            except RuntimeError:
                pass
    with Game(core, BACKFIRE) as game:
        # libretro.py reads no empty file.
        nothing = ctypes.create_string_buffer(1)
        info = retro_game_info(b"empty.ch8", ctypes.addressof(nothing), 0, None)
        assert not game.core.load_game(info), "an empty program is taken"


def bad_states_are_refused(core: str):
    with Game(core, "roms/swingby.ch8") as other:
        other.run()
        another = other.save()
    with Game(core, BACKFIRE) as game:
        for _ in range(20):
            game.run((6,))
        state = game.save()
        bad = [another, another[:len(state)], b"", bytes(len(state))]
        bad += [state[:count] for count in range(1, len(state), 37)] + [state + bytes(16)]
        for bit in range(0, 8 * len(state), 101):
            flipped = bytearray(state)
            flipped[bit // 8] ^= 1 << bit % 8
            bad.append(bytes(flipped))
        for wrong in bad:
            # libretro.py does not hand over nothing.
            assert not wrong or not game.load(wrong), "a bad state is taken"
        assert game.save() == state, "the game is as it was"
        assert game.load(state)


def main(core: str) -> int:
    tests = [options_choose_the_machine, buttons_are_described, the_keypad_is_shown_and_pressed,
             memory_is_mapped, what_is_written_reaches_the_program, flags_are_kept,
             all_kinds_of_content, bad_content_is_refused, bad_states_are_refused]
    failures = 0
    for test in tests:
        try:
            test(core)
        except Exception as error:  # noqa: BLE001
            failures += 1
            print(f"{test.__name__}: {type(error).__name__}: {error}")
    print(f"{len(tests) - failures} of {len(tests)} tests of the core")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
