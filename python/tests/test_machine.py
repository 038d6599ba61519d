"""One machine does what the C library does, and what it refuses are exceptions."""

import copy
import os
import pickle

import numpy as np
import pytest

import chip8
import chip8.farm

#: 200: 7001 3005 1200 00FD: counts V0 to 5 and exits.
EXITING = bytes.fromhex("7001 3005 1200 00FD")
#: Jumps to itself.
HALTING = bytes.fromhex("1200")
#: Returns from nothing.
FAULTING = bytes.fromhex("00EE")


def test_it_plays_as_the_command_does(roms):
    """The README's run and its digest."""
    machine = chip8.Machine(roms / "backfire.ch8")
    keys = np.zeros(400, np.uint16)
    keys[300:306] = 1 << 6
    keys[330:340] = 1 << 8
    assert machine.run_keys(keys) is chip8.Stop.DONE
    assert machine.digest == "bf0f55da80ce1389c849414287849db7ef2bda9937f28ad72d85c880dd58af90"
    assert machine.registers.frames == 400 and machine.registers.instructions == 4800
    assert machine.registers.v == (1, 0, 5, 15, 16, 36, 1, 12, 14, 1, 5, 4, 64, 0, 1, 0)


def test_what_does_not_change_is_reported(roms):
    machine = chip8.Machine(roms / "schuss.ch8", quirks={"shift": True}, ipf=250, seed=7)
    assert (machine.title, machine.platform) == ("Schuss", "xochip")
    assert (machine.ram_size, machine.width, machine.height) == (65536, 128, 64)
    assert (machine.plane_count, machine.flag_count) == (2, 16)
    assert machine.quirks["shift"] and not machine.quirks["jump"]
    assert machine.program_size == 3049
    assert machine.program_sha1 == "83a0c84cb52c3456d799f68c71125116eb4edbaa"
    assert (machine.ipf, machine.timing, machine.frames_per_second) == (250, 0, 60)
    assert machine.is_known and machine.colors == () and machine.rotation == 0


def test_why_a_run_ends():
    machine = chip8.Machine(EXITING, platform="schip")
    assert machine.run(5) is chip8.Stop.EXIT
    machine = chip8.Machine(HALTING)
    assert machine.run(5) is chip8.Stop.DONE
    assert machine.run_until(halt=True) is chip8.Stop.HALT
    assert machine.run_until(frames=3, instructions=1) is chip8.Stop.DONE
    machine = chip8.Machine(FAULTING)
    assert machine.fault is None
    assert machine.run() is chip8.Stop.FAULT
    assert machine.fault == ("stack underflow", 0x200, 0x00EE)
    assert "stack underflow" in machine.last_error
    with pytest.raises(ValueError, match="would not end"):
        machine.run_until()


def test_keys_are_numbers_or_a_mask():
    """200: F00A 1202: waits for a key."""
    for keys in ([6], (6,), {6}, 1 << 6, np.uint16(1 << 6)):
        machine = chip8.Machine(bytes.fromhex("F00A 1202"))
        machine.run(3)
        assert machine.registers.key_wait == 0
        machine.run(2, keys)
        machine.run(2)
        assert machine.registers.v[0] == 6 and machine.registers.key_wait is None
    with pytest.raises(ValueError, match="there is no key 16"):
        machine.run(1, [16])
    with pytest.raises(ValueError, match="not a mask"):
        machine.run(1, 1 << 16)


def test_ram_is_read_where_it_is():
    machine = chip8.Machine(HALTING)
    ram = machine.ram
    assert len(ram) == 4096 and ram[0x200] == 0x12 and ram[-1] == 0
    assert ram[0x200:0x202].tolist() == [0x12, 0x00]
    ram[0x300] = 9
    ram[0x301:0x303] = b"\x01\x02"
    assert machine.ram[0x300:0x303].tolist() == [9, 1, 2]
    assert np.asarray(ram).shape == (4096,) and np.asarray(ram)[0x300] == 9
    copied = ram[0x300:0x303]
    ram[0x300] = 1
    assert copied[0] == 9
    with pytest.raises(IndexError):
        ram[4096]
    with pytest.raises(ValueError, match="do not fit"):
        ram[0x300:0x303] = b"\x01"
    with pytest.raises(chip8.RefusedError, match="2 bytes from address 4095 are not within 4096"):
        machine.poke(4095, b"ab")


def test_screens(roms):
    machine = chip8.Machine(roms / "schuss.ch8")
    machine.run(100)
    pixels = machine.screen()
    assert pixels.shape == (64, 128) and pixels.dtype == np.uint8
    assert set(np.unique(pixels)) <= {0, 1, 2, 3} and pixels.any()
    planes = machine.screen("planes")
    assert (planes[0] + 2 * planes[1] == pixels).all()
    bits = machine.screen("bits")
    assert (np.unpackbits(bits, axis=-1) == planes).all()
    colors = np.array([0x102030, 0x405060, 0x708090, 0xA0B0C0], np.uint32)
    assert (machine.screen("xrgb", colors=colors) == colors[pixels]).all()
    rgb = machine.screen(chip8.Screen.RGB, colors=colors)
    assert (rgb == colors[pixels][..., None] >> np.array([16, 8, 0]) & 255).all()
    out = np.zeros((64, 128), np.uint8)
    assert machine.screen(out=out) is out and (out == pixels).all()
    with pytest.raises(chip8.SizeError, match="8192 bytes"):
        machine.screen(out=out[:32])
    with pytest.raises(ValueError, match="contiguous"):
        machine.screen(out=out[:, ::2])
    with pytest.raises(ValueError, match="4 or 16 colours"):
        machine.screen("rgb", colors=[1])
    with pytest.raises(ValueError, match="not one of pixels, planes"):
        machine.screen("tiles")


def test_a_small_screen_is_doubled():
    """200: A208 D005 1204: draws a 5-row sprite in lores."""
    machine = chip8.Machine(bytes.fromhex("A208 D005 1204 0000 F0"), platform="schip")
    machine.run(2)
    small, large = machine.screen(), machine.screen(fixed=True)
    assert small.shape == (32, 64) and large.shape == (64, 128)
    assert (np.kron(small, np.ones((2, 2), np.uint8)) == large).all() and small.any()


def test_sound():
    """200: 60FF F018 1204: beeps for 255 frames."""
    machine = chip8.Machine(bytes.fromhex("60FF F018 1204"))
    assert machine.tone is None and not machine.sound().any()
    machine.run(3)
    assert len(machine.tone.pattern) == 16 and machine.tone.advance > 0
    assert machine.sound(800).any() and machine.sound(800).shape == (800,)
    assert (machine.sound() == machine.clone().sound()).all()


def test_clones_and_snapshots_share_nothing(roms):
    machine = chip8.Machine(roms / "backfire.ch8", seed=3)
    machine.run(200, [6])
    before = machine.digest
    clone, snapshot, copied = machine.clone(), machine.snapshot(), copy.deepcopy(machine)
    machine.run(50, [5])
    after, screen = machine.digest, machine.screen()
    assert clone.digest == copied.digest == before != after
    clone.run(50, [5])
    assert clone.digest == after
    machine.restore(snapshot)
    assert machine.digest == before and machine.registers.held_keys == 1 << 6
    machine.run(50, [5])
    assert machine.digest == after and (machine.screen() == screen).all()
    assert machine.snapshot(snapshot) is snapshot
    other = chip8.Machine(HALTING)
    other.restore(snapshot)
    assert other.digest == after and other.title == "Backfire"
    assert other.fast_digest == machine.fast_digest != clone.snapshot().machine().reset()


def test_images(roms, tmp_path):
    machine = chip8.Machine(roms / "swingby.ch8", seed=3)
    machine.run(123)
    path = tmp_path / "123.state"
    machine.save(path)
    assert path.read_bytes() == machine.image()
    for source in (path, str(path), machine.image()):
        loaded = chip8.Machine.load(source)
        assert loaded.digest == machine.digest and loaded.title == "Swingby"
    damaged = bytearray(machine.image())
    damaged[len(damaged) // 2] ^= 1
    with pytest.raises(chip8.DataError):
        chip8.Machine.load(damaged)
    with pytest.raises(FileNotFoundError):
        chip8.Machine.load(tmp_path / "none.state")


def test_a_failed_save_leaves_the_file(tmp_path, monkeypatch):
    path = tmp_path / "a.state"
    path.write_bytes(b"before")

    def fail(*_):
        raise OSError("full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        chip8.Machine(HALTING).save(path)
    assert path.read_bytes() == b"before" and list(tmp_path.iterdir()) == [path]


def test_machines_and_snapshots_are_pickled(roms):
    machine = chip8.Machine(roms / "loom.ch8", seed=3, engine="reference")
    machine.run(50, [6])
    copied = pickle.loads(pickle.dumps(machine))
    assert copied.registers == machine.registers and copied.digest == machine.digest
    assert copied.engine is chip8.Engine.REFERENCE
    snapshot = pickle.loads(pickle.dumps(machine.snapshot()))
    assert snapshot.machine().digest == machine.digest
    copied.run(10, [6])
    machine.run(10, [6])
    assert copied.digest == machine.digest


def test_reset_and_flags():
    """200: C0FF 1202: a random number."""
    machine = chip8.Machine(bytes.fromhex("C0FF 1202"), platform="schip", seed=5)
    machine.run()
    first = machine.digest
    machine.reset(5)
    assert machine.registers.frames == 0
    machine.run()
    assert machine.digest == first
    machine.reset(6)
    machine.run()
    assert machine.digest != first
    machine.set_flags(b"\x01\x02")
    assert machine.registers.flags[:3] == (1, 2, 0)


def test_refusals_are_sentences():
    for make, error, sentence in (
        (lambda: chip8.Machine(b""), chip8.DataError, "the program is empty"),
        (lambda: chip8.Machine(bytes(70000)), chip8.DataError, "70000 bytes"),
        (lambda: chip8.Machine(HALTING, platform="nes"), chip8.ArgumentError, "nes"),
        (lambda: chip8.Machine(HALTING, quirks={"odd": True}), chip8.ArgumentError, "odd"),
        (lambda: chip8.Machine(HALTING, engine="warp"), ValueError, "auto, reference, fast"),
        (lambda: chip8.Machine.load(b"no"), chip8.DataError, "."),
        (lambda: chip8.Machine(HALTING).answer_host_call(0), chip8.RefusedError, "host"),
        (lambda: chip8.Machine(HALTING).run(-1), ValueError, "-1"),
    ):
        with pytest.raises(error, match=sentence) as caught:
            make()
        assert isinstance(caught.value, ValueError | RuntimeError)
    with pytest.raises(FileNotFoundError):
        chip8.Machine("no/such.ch8")
    with pytest.raises(TypeError, match="snapshot"):
        chip8.Snapshot()


def test_errors_are_pickled():
    with pytest.raises(chip8.DataError) as caught:
        chip8.Machine(b"")
    copied = pickle.loads(pickle.dumps(caught.value))
    assert type(copied) is chip8.DataError and str(copied) == str(caught.value)
    assert copied.code == -3


def test_numbers_are_not_cut_off():
    machine = chip8.Machine(HALTING)
    for use in (
        lambda: chip8.Machine(HALTING, ipf=2**32 + 12), lambda: chip8.Machine(HALTING, ipf=-1),
        lambda: machine.answer_host_call(256), lambda: machine.poke(2**32, b"1"),
        lambda: machine.run(-1), lambda: machine.run(2**64), lambda: machine.run(1, -1),
        lambda: chip8.farm.rows(b"", chip8.farm.Options(max_instructions=-1)),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"cannot be|is not a mask"):
            use()
    with pytest.raises(ValueError, match="numbers that can be written to"):
        machine.screen(out=np.zeros((64, 32), object))
    assert machine.registers.frames == 0


def test_what_was_closed_is_an_error():
    machine = chip8.Machine(HALTING)
    snapshot = machine.snapshot()
    ram = machine.ram
    with machine:
        pass
    machine.close()
    for use in (
        machine.run, machine.image, machine.clone, machine.reset, machine.screen, machine.snapshot,
        lambda: machine.title, lambda: machine.registers, lambda: machine.digest, lambda: ram[0],
        lambda: machine.fault, lambda: machine.tone, lambda: chip8.Batch([machine]).step(),
    ):  # fmt: skip
        with pytest.raises(chip8.HandleError):
            use()
    assert "closed" in repr(machine)
    snapshot.close()
    with pytest.raises(chip8.HandleError):
        chip8.Machine(HALTING).restore(snapshot)


def test_handles_are_given_back():
    for _ in range(30_000):
        chip8.Machine(HALTING).snapshot()
    machines = [chip8.Machine(HALTING) for _ in range(1000)]
    assert len({machine._handle.value for machine in machines}) == 1000
