"""Puts the C library of dist/ and the programs of roms/ into the wheel, which is one for all Pythons."""

import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py
from wheel.bdist_wheel import bdist_wheel

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "dist/lib/libchip8.so.1"


def version() -> str:
    """That of chip8, which is the only one."""
    return subprocess.check_output([ROOT / "Scripts/version.sh"], text=True).strip()


class Build(build_py):
    """Copies what is not Python."""

    def run(self) -> None:
        super().run()
        if not LIBRARY.exists():
            raise SystemExit(f"{LIBRARY} does not exist; make lib builds it")
        package = Path(self.build_lib) / "chip8"
        shutil.copy(LIBRARY, package / LIBRARY.name)
        (package / "roms").mkdir(exist_ok=True)
        for program in sorted((ROOT / "roms").glob("*.ch8")):
            shutil.copy(program, package / "roms")


class Wheel(bdist_wheel):
    """For this kind of machine and any Python: nothing in it is compiled against one."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


class Binary(Distribution):
    """Has a library in it."""

    def has_ext_modules(self) -> bool:
        return True


setup(version=version(), distclass=Binary, cmdclass={"build_py": Build, "bdist_wheel": Wheel})
