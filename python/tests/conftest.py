"""What all tests share."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def roms() -> Path:
    """Our own programs."""
    return ROOT / "roms"
