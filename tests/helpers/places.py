"""Where things lie in the project."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPECS = ROOT / "specs"
TESTS = ROOT / "tests"
GOLDEN_FILES = TESTS / "golden"
ERRORS = TESTS / "errors"
