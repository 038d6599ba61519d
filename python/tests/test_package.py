"""The package as it is installed."""

import ctypes
import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

import chip8
from chip8 import _library


def test_it_needs_no_swift():
    assert shutil.which("swift") is None
    assert "CHIP8_LIBRARY" not in os.environ
    needed = subprocess.run(["ldd", _library.path()], capture_output=True, text=True, check=True)
    assert "swift" not in needed.stdout and "not found" not in needed.stdout


def test_the_library_is_the_package_s_own():
    package = Path(chip8.__file__).parent
    assert "site-packages" in package.parts
    assert _library.path().parent == package
    assert (package / "py.typed").exists()


def test_one_wheel_is_for_all_pythons():
    wheel = importlib.metadata.distribution("chip8").read_text("WHEEL")
    assert "Tag: py3-none-manylinux_2_" in wheel
    assert "Root-Is-Purelib: false" in wheel


def test_an_image_of_the_command_and_one_of_the_package_have_the_same_version():
    source = Path(__file__).parents[2] / "Sources/Chip8Player/Version.swift"
    assert f'productVersion = "{importlib.metadata.version("chip8")}"' in source.read_text()


def test_structs_are_those_of_the_header(tmp_path):
    """Each member is where the C compiler puts it."""
    structs = {
        "chip8_options": _library.Options, "chip8_info": _library.Info,
        "chip8_fault": _library.Fault, "chip8_shape": _library.Shape, "chip8_tone": _library.Tone,
        "chip8_batch": _library.Batch, "chip8_farm_options": _library.FarmOptions,
    }  # fmt: skip
    members = [(f"sizeof({name})", ctypes.sizeof(struct)) for name, struct in structs.items()] + [
        (f"offsetof({name}, {member})", getattr(struct, member).offset)
        for name, struct in structs.items()
        for member, _ in struct._fields_
    ]
    registers = _library.REGISTERS
    members += [("sizeof(chip8_registers)", registers.itemsize)]
    for member, (_, offset) in registers.fields.items():
        members.append((f"offsetof(chip8_registers, {member})", offset))
    lines = "".join(f'printf("%zu\\n", {expression});' for expression, _ in members)
    source = tmp_path / "layout.c"
    source.write_text(
        f"#include <chip8.h>\n#include <stdio.h>\nint main(void) {{ {lines} return 0; }}\n"
    )
    program = tmp_path / "layout"
    subprocess.run(["cc", "-I", ROOT / "Sources/CChip8/include", "-o", program, source], check=True)
    printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    found = dict(zip((expression for expression, _ in members), printed, strict=True))
    assert found == {expression: str(value) for expression, value in members}


def test_two_processes_agree(tmp_path):
    """Also where Python's own hashes differ."""
    script = (
        "import chip8, numpy; e = __import__('gymnasium').make_vec('chip8/Schuss-v0', num_envs=3);"
        "e.reset(seed=1); print([e.step(numpy.array([k % 6] * 3))[0].sum() for k in range(50)],"
        "[m.digest for m in e.machines])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True, text=True, check=True, cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(outputs) == 1
