"""Many machines in one call do what each would have done alone."""

import gc

import numpy as np
import pytest

import chip8

NAMES = ("backfire", "schuss", "loom", "swingby", "lace")


def machines(roms, count):
    return [chip8.Machine(roms / f"{NAMES[k % 5]}.ch8", seed=k) for k in range(count)]


@pytest.mark.parametrize("threads", [None, 1, 3])
def test_it_is_as_alone(roms, threads):
    team = chip8.Team(threads) if threads else None
    together, alone = machines(roms, 20), machines(roms, 20)
    batch = chip8.Batch(together, team, ram=[0x200, 0x3F0], digests=True)
    screens = np.zeros((20, 64, 128), np.uint8)
    random = np.random.default_rng(1)
    for _ in range(20):
        keys = random.integers(0, 1 << 16, (20, 3), np.uint16)
        batch.step(3, keys, screens=screens)
        for k, machine in enumerate(alone):
            assert machine.run_keys(keys[k]) == batch.stops[k]
            screen = machine.screen(fixed=True)
            flat = screens[k].ravel()[: screen.size].reshape(screen.shape)
            assert (screen == flat).all()
            assert machine.fast_digest == batch.digests[k]
            assert [machine.ram[0x200], machine.ram[0x3F0]] == batch.ram[k].tolist()
            registers = machine.registers
            assert registers.v == tuple(batch.registers[k]["v"].tolist())
            assert registers.pc == batch.registers[k]["pc"]
            assert registers.frames == batch.registers[k]["frames"]


def test_some_go_back_first(roms):
    three = machines(roms, 3)
    snapshot = three[1].snapshot()
    batch = chip8.Batch(three)
    batch.step(50)
    batch.step(3, restore=[None, snapshot, None])
    assert batch.registers["frames"].tolist() == [53, 3, 53]


def test_restoring_another_machine_is_noticed(roms):
    machine = machines(roms, 1)[0]
    large = chip8.Machine((roms / "backfire.ch8").read_bytes(), platform="xochip")
    assert len(large.ram) == 65536
    chip8.Batch([large]).step(0, restore=[machine.snapshot()])
    assert large.platform == machine.platform and len(large.ram) == 4096
    with pytest.raises(IndexError):
        large.ram[4096]


def test_attributes_are_not_what_is_written_to(roms):
    batch = chip8.Batch(machines(roms, 500), digests=True, ram=[1])
    batch.stops = batch.registers = batch.ram = batch.digests = None
    batch.machines.clear()
    gc.collect()
    batch.step(1)


def test_halts_end_runs():
    batch = chip8.Batch([chip8.Machine(bytes.fromhex("1200"))], until_halt=True)
    batch.step(9)
    assert batch.stops.tolist() == [chip8.Stop.HALT] and batch.registers["frames"].tolist() == [1]
    batch = chip8.Batch(batch.machines)
    batch.step(9)
    assert batch.stops.tolist() == [chip8.Stop.DONE] and batch.registers["frames"].tolist() == [10]


def test_what_is_wrong_is_said(roms):
    three = machines(roms, 3)
    with pytest.raises(chip8.ArgumentError, match="machine 3 is listed twice"):
        chip8.Batch([*three, three[0]]).step()
    batch = chip8.Batch(three)
    with pytest.raises(ValueError, match=r"keys have the shape \(2,\)"):
        batch.step(1, [0, 0])
    for frames in (-1, 2**32):
        with pytest.raises(ValueError, match=f"frames cannot be {frames}"):
            batch.step(frames)
    with pytest.raises(ValueError, match="numbers that can be written to"):
        batch.step(1, screens=np.zeros((3, 8192), object))
    with pytest.raises(chip8.SizeError, match="machine 1 can have 8192 bytes"):
        batch.step(1, screens=np.zeros((3, 2048), np.uint8))
    with pytest.raises(ValueError, match="there are screens for"):
        batch.step(1, screens=np.zeros((2, 8192), np.uint8))
    closed = three[0].snapshot()
    closed.close()
    with pytest.raises(chip8.HandleError, match="snapshot 2"):
        batch.step(restore=[None, None, closed])
    with pytest.raises(ValueError, match="1 snapshots for 3 machines"):
        batch.step(restore=[None])
    with pytest.raises(chip8.Error, match="1 to 1024"):
        chip8.Team(5000)
    with pytest.raises(ValueError, match="threads cannot be"):
        chip8.Team(2**32 + 1)
    team = chip8.Team(2)
    team.close()
    with pytest.raises(chip8.HandleError, match="team was closed"):
        chip8.Batch(three, team).step()
    assert all(machine.registers.frames == 0 for machine in three)
    chip8.Batch([]).step()
