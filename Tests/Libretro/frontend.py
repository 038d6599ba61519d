"""What a front end sees of the core beside the picture: options, descriptors, memory, content, refusals.

Usage: frontend.py CORE CHIP8
"""

import ctypes
import io
import json
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

from libretro import JoypadState, Pointer, PointerState
from libretro.api.content import retro_game_info

from core import (SAVE_RAM, SYSTEM_RAM, VIDEO_RAM, Game, canonical, key_script, keys_of,
                  state_digest)

# Buttons of a pad.
LEFT, RIGHT = 6, 7
BACKFIRE = "roms/backfire.ch8"


def options_choose_the_machine(core: str):
    with Game(core, BACKFIRE) as game:
        keys = {key.decode() for key in game.session.options.definitions}
        assert {"chip8_platform", "chip8_ipf", "chip8_seed", "chip8_palette", "chip8_keypad",
                "chip8_quirk_wrap", "chip8_quirk_lores_big_sprites"} <= keys, keys
        usual = canonical(game.save())
        picture = game.run()[0]
    # Quirks and speed are among what comes first in the machine's state.
    with Game(core, BACKFIRE, {"chip8_ipf": "30", "chip8_quirk_wrap": "on"}) as game:
        other = canonical(game.save())
        assert usual[16:20] == (12).to_bytes(4, "little"), "the speed is the program's"
        assert other[16:20] == (30).to_bytes(4, "little"), "the speed is chosen"
        assert not usual[12] & 1 << 7 and other[12] & 1 << 7, "a quirk is chosen"
    with Game(core, BACKFIRE, {"chip8_platform": "xochip"}) as game:
        assert len(game.memory(SYSTEM_RAM)) == 65536, "the platform is chosen"
    with Game(core, BACKFIRE, {"chip8_palette": "contrast"}) as game:
        other = game.run()[0]
        assert other != picture and set(other[:-4]) <= {0, 255}, "the palette is chosen"


def a_reset_takes_what_was_chosen(core: str):
    with Game(core, BACKFIRE, {"chip8_platform": "schip"}) as game:
        game.run()
        # Another platform is for when it is loaded again, and keeps nothing else from being taken.
        game.options.set_variable("chip8_platform", "xochip")
        game.options.set_variable("chip8_ipf", "50")
        game.session.reset()
        state = canonical(game.save())
        assert state[16:20] == (50).to_bytes(4, "little"), "the speed was chosen"
        assert len(game.memory(SYSTEM_RAM)) == 4096, "the platform is the one that it was loaded with"


def buttons_are_described(core: str):
    with Game(core, BACKFIRE) as game:
        described = {(d.port, d.id): d.description.decode() for d in game.session.input_descriptors
                     if d.description}
        assert len(described) == 32, described
        first = [text for (port, _), text in described.items() if port == 0]
        digits = sorted(text.rstrip(")")[-1] for text in first)
        assert digits == list("0123456789ABCDEF"), "each key has a button"
    with tempfile.TemporaryDirectory() as directory:
        # Looks at keys 4 and 6, and nothing else is known of it.
        program = Path(directory, "unknown.ch8")
        program.write_bytes(bytes.fromhex("6004 E0A1 7101 6006 E0A1 71FF 1200"))
        with Game(core, str(program)) as game:
            described = {d.id: d.description.decode() for d in game.session.input_descriptors
                         if d.description and d.port == 0}
            assert described[LEFT] == "Key 4" and described[RIGHT] == "Key 6", described
            game.keys = JoypadState(left=True)
            game.session.run()
            assert int.from_bytes(game.save()[6:8], "little") == 1 << 4, "left is key 4"


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


def what_is_written_is_in_states(core: str):
    with tempfile.TemporaryDirectory() as directory:
        # Loads a flag, adds one, stores it.
        program = Path(directory, "count.ch8")
        program.write_bytes(bytes.fromhex("F085 7001 F075 1206"))
        with Game(core, str(program), {"chip8_platform": "schip"}) as game:
            # As the front end does that plays over a network, with a save file.
            game.core.get_memory(SAVE_RAM)[0] = 41
            game.core.get_memory(SYSTEM_RAM)[0xF00] = 0x5A
            state = game.save()
            for _ in range(2):
                game.run()
                assert game.memory(SAVE_RAM)[0] == 42, "a kept flag"
                assert game.memory(SYSTEM_RAM)[0xF00] == 0x5A, "a cheat"
                assert game.load(state)


def video_memory_follows_from_the_machine(core: str):
    with tempfile.TemporaryDirectory() as directory:
        # Waits for a key, and draws in the middle of the large screen.
        program = Path(directory, "large.ch8")
        program.write_bytes(bytes.fromhex("F20A 00FF 6020 A200 D005 120A"))
        with Game(core, str(program), {"chip8_platform": "schip"}) as game:
            game.run()
            small, memory = game.save(), game.memory(VIDEO_RAM)
            for keys in [(1,), (), ()]:
                game.run(keys)
            assert any(game.memory(VIDEO_RAM)[2048:]), "the large screen has more than the small one"
            assert game.load(small) and game.memory(VIDEO_RAM) == memory, "as if it had not been large"


def an_end_is_said_once(core: str):
    with tempfile.TemporaryDirectory() as directory:
        # Ends in the second frame.
        program = Path(directory, "end.ch8")
        program.write_bytes(bytes.fromhex("F007 6105 F115 F007 3000 1206 00FD"))
        with Game(core, str(program), {"chip8_platform": "schip"}) as game:
            said = game.session.message.messages
            for _ in range(20):
                game.run()
                state = game.save()
                # Runs ahead.
                game.run()
                game.run()
                assert game.load(state)
            assert 1 <= len(said) <= 3, f"{len(said)} messages"
            game.session.reset()
            for _ in range(20):
                game.run()
            assert 2 <= len(said) <= 4, "after a reset it is said again"


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


def command(chip8: str, *arguments: str) -> str:
    """What chip8 prints."""
    run = subprocess.run([chip8, *arguments], capture_output=True, text=True)
    assert run.returncode == 0, f"{arguments}: {run.stderr}"
    return run.stdout


def zipped(*paths: Path) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, f"games/{path.name}")
    return file.getvalue()


def hand_over(game: Game, name: str, contents: bytes) -> bool:
    """Loads something as a front end does that does not look into it."""
    game.core.unload_game()
    memory = ctypes.create_string_buffer(bytes(contents), max(1, len(contents)))
    return game.core.load_game(
        retro_game_info(name.encode(), ctypes.addressof(memory), len(contents), None))


def all_kinds_of_content(core: str, chip8: str):
    with Game(core, BACKFIRE) as game:
        for _ in range(60):
            game.run()
        expected = game.memory(VIDEO_RAM)
    with tempfile.TemporaryDirectory() as directory:
        cartridge, state = Path(directory, "backfire.gif"), Path(directory, "backfire.state")
        command(chip8, "cart", "pack", "roms/backfire.8o", "-o", str(cartridge))
        command(chip8, BACKFIRE, "--headless", "--frames", "0", "--save", str(state))
        for path in [Path("roms/backfire.8o"), cartridge, state]:
            with Game(core, str(path)) as game:
                for _ in range(60):
                    game.run()
                assert any(expected) and game.memory(VIDEO_RAM) == expected, f"{path.name} is played"
        for path in [Path(BACKFIRE), Path("roms/backfire.8o"), cartridge, state]:
            with Game(core, "roms/swingby.ch8") as game:
                assert hand_over(game, "game.zip", zipped(path)), f"{path.name} in a zip file"
                for _ in range(60):
                    game.run()
                assert game.memory(VIDEO_RAM) == expected, f"{path.name} is played from a zip file"


def bad_content_is_refused(core: str, chip8: str):
    with tempfile.TemporaryDirectory() as directory:
        cartridge = Path(directory, "backfire.gif")
        command(chip8, "cart", "pack", "roms/backfire.8o", "-o", str(cartridge))
        image = next(Path("Tests/Corpus/v1").glob("*.state")).read_bytes()
        damaged = bytearray(image)
        damaged[len(image) // 2] ^= 1
        one, two = zipped(Path(BACKFIRE)), zipped(Path(BACKFIRE), Path("roms/swingby.ch8"))
        torn = bytearray(one)
        torn[60] ^= 1
        for name, contents in {
            "large.ch8": bytes(range(256)) * 300, "damaged.state": damaged,
            "cut.state": image[:-1], "wrong.8o": b": main nonsense", "page.ch8": b"<html></html>" * 9,
            "cut.gif": cartridge.read_bytes()[:-9], "picture.gif": b"GIF89a" + bytes(40),
            "many.zip": two, "empty.zip": zipped(), "torn.zip": torn, "cut.zip": one[:-9],
            "empty.ch8": b"", "core.state": b"CH8R" + bytes(5000),
        }.items():
            with Game(core, BACKFIRE) as game:
                assert not hand_over(game, name, contents), f"{name} is taken"
                # Nothing runs, and nothing breaks.
                game.session.run()
                assert game.core.serialize_size() == 0 and not game.memory(SYSTEM_RAM)
                assert hand_over(game, "backfire.ch8", Path(BACKFIRE).read_bytes())


def sealed(state: bytes) -> bytes:
    """A state whose checksum is right."""
    return state[:28] + zlib.crc32(state[:28] + state[32:]).to_bytes(4, "little") + state[32:]


def states_with_a_host_are_for_games_with_one(core: str, chip8: str):
    with tempfile.TemporaryDirectory() as directory:
        source, program, image, state = (
            Path(directory, f"caller.{suffix}") for suffix in ("8o", "ch8", "state", "core"))
        source.write_text(": main i := block native 0xC81 loop v1 += 1 again\n"
                          ": block 1 0 :pointer name 0 0 0 0 0 0 : name 0x61 0")
        command(chip8, "asm", str(source), "-o", str(program))
        command(chip8, str(source), "--headless", "--frames", "9", "--host-calls", directory,
                "--save", str(image))
        command(chip8, "image", "to-retroarch", str(image), "-o", str(state))
        with Game(core, str(image)) as game:
            assert game.load(state.read_bytes()), "a game from such a saved state refuses it"
        with Game(core, str(program), {"chip8_platform": "xochip", "chip8_ipf": "20"}) as game:
            before = game.save()
            assert not game.load(state.read_bytes()), "a game without a host takes it"
            assert game.save() == before, "the game is as it was"


def bad_states_are_refused(core: str):
    with Game(core, "roms/swingby.ch8") as other:
        other.run()
        another = other.save()
    with Game(core, BACKFIRE, {"chip8_platform": "xochip"}) as other:
        another_platform = other.save()
    with Game(core, BACKFIRE) as game:
        for _ in range(20):
            game.run((6,))
        state = game.save()
        # libretro.py does not hand over nothing.
        bad = [another, another[:len(state)], another_platform, another_platform[:len(state)],
               bytes(len(state)), sealed(state[:4] + b"\2" + state[5:]),
               sealed(state[:32] + another[32:]), *(state + bytes(count) for count in (1, 16)),
               *(state[:count] for count in range(1, len(state)))]
        for wrong in bad:
            assert not game.load(wrong), "a bad state is taken"
        flipped = bytearray(state)
        for bit in range(8 * len(state)):
            flipped[bit // 8] ^= 1 << bit % 8
            assert not game.load(flipped), f"a state is taken with bit {bit} flipped"
            flipped[bit // 8] = state[bit // 8]
        assert game.save() == state, "the game is as it was"
        expected = game.run((6,)), game.save()
        assert game.load(state)
        assert (game.run((6,)), game.save()) == expected, "it goes on as it would have"


def states_become_images_and_back(core: str, chip8: str):
    with tempfile.TemporaryDirectory() as directory:
        state, image = Path(directory, "backfire.core"), Path(directory, "backfire.state")
        with Game(core, BACKFIRE) as game:
            for frame in range(100):
                game.run(keys_of(frame))
            state.write_bytes(game.save())
            command(chip8, "image", "from-retroarch", str(state), BACKFIRE, "-o", str(image))
            expected = json.loads(command(
                chip8, BACKFIRE, "--headless", "--frames", "150", "--keys", key_script(100), "--json"))
            found = json.loads(command(
                chip8, "--restore", str(image), "--headless", "--frames", "50", "--json"))
            assert found == expected, "chip8 goes on from the core's state"
            command(chip8, "--restore", str(image), "--headless", "--frames", "50", "--save", str(image))
            command(chip8, "image", "to-retroarch", str(image), "-o", str(state))
            assert len(state.read_bytes()) == game.size and game.load(state.read_bytes())
            assert state_digest(game.save()) == expected["state"]["sha256"], "the core goes on"


def main(core: str, chip8: str) -> int:
    tests = [options_choose_the_machine, a_reset_takes_what_was_chosen, buttons_are_described,
             the_keypad_is_shown_and_pressed, memory_is_mapped, what_is_written_reaches_the_program,
             what_is_written_is_in_states, video_memory_follows_from_the_machine,
             an_end_is_said_once, flags_are_kept, bad_states_are_refused]
    tests_with_files = [all_kinds_of_content, bad_content_is_refused,
                        states_with_a_host_are_for_games_with_one, states_become_images_and_back]
    failures = 0
    for test, arguments in [*((test, (core,)) for test in tests),
                            *((test, (core, chip8)) for test in tests_with_files)]:
        try:
            test(*arguments)
        except Exception as error:  # noqa: BLE001
            failures += 1
            print(f"{test.__name__}: {type(error).__name__}: {error}")
    count = len(tests) + len(tests_with_files)
    print(f"{count - failures} of {count} tests of the core")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
