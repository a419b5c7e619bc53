"""Money as the browser writes it: exactly, in both languages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gptchina.settings import ROOT

WRITE = """
import { formatMoney } from "%s";
const asked = JSON.parse(process.argv.at(-1));
console.log(JSON.stringify(asked.map((one) => formatMoney(...one))));
"""


def written(*asked: tuple[object, ...]) -> list[str]:
    script = WRITE % (ROOT / "assets" / "money.js").as_uri()
    done = subprocess.run(
        [
            Path(sys.executable).parent / "node",
            "--no-warnings",
            "--input-type=module",
            "--eval",
            script,
            "--",
            json.dumps(asked),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_minor_units_are_written_exactly(language):
    assert written(
        (language, 1000, "cny"),
        (language, 100000, "cny"),
        (language, 5, "usd"),
        (language, -1050, "usd"),
        (language, 500, "jpy"),
        (language, 9007199254740991, "cny"),
    ) == ["¥10.00", "¥1,000.00", "$0.05", "-$10.50", "¥500", "¥90,071,992,547,409.91"]


def test_what_is_no_amount_is_not_written():
    assert written(("en", None, "cny"), ("en", 1.5, "cny"), ("en", 1000, ""), ("en", "9", "x")) == [
        "",
        "",
        "",
        "",
    ]
