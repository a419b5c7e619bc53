"""Cutting a growing text into blocks never changes what the whole text means."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).parent / "blocks_check.mjs"

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("seed", [3, 12])
def test_blocks_of_a_growing_text_read_as_the_whole(trial, seed):
    node = Path(sys.executable).parent / "node"
    folder = trial.folder / ".web" / "public"
    done = subprocess.run(
        [node, CHECK, folder, "1500", str(seed)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert "1500 documents, 0 cut wrongly" in done.stdout
