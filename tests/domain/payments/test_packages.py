"""The one table of packages: exact labels, true discounts, and one that is chosen at first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gptchina.domain.config_file import load_file
from gptchina.domain.payments import (
    PackageNotOfferedError,
    find_package,
    offered_packages,
    popular_package,
    short,
)
from gptchina.settings import ROOT, SettingsError

UNITS = {"K": 10**3, "M": 10**6, "B": 10**9}


def test_the_table_is_the_one_that_was_promised():
    packages = [
        (each.label, each.tokens, each.price, each.original, each.discount_percent, each.popular)
        for each in offered_packages()
    ]
    assert packages == [
        ("100K", 100_000, 1000, None, 0, False),
        ("500K", 500_000, 3500, 5000, 30, True),
        ("1M", 1_000_000, 5500, 10_000, 45, False),
        ("10M", 10_000_000, 28_000, 100_000, 72, False),
    ]
    assert {each.currency for each in offered_packages()} == {"cny"}
    assert [each.per_million for each in offered_packages()] == [10_000, 7000, 5500, 2800]


def test_what_is_chosen_at_first_is_offered():
    assert popular_package() == find_package("package_500k")


@pytest.mark.parametrize("wanted", ["package_2_5m", "", None, 0, [], {"$ne": None}])
def test_what_is_not_in_the_table_is_not_sold(wanted):
    with pytest.raises(PackageNotOfferedError):
        find_package(wanted)


@pytest.mark.parametrize(
    ("tokens", "label"),
    [
        (2_500_000, "2.5M"),
        (250_000, "250K"),
        (1_250, "1.25K"),
        (999, "999"),
        (1_234_567, "1,234,567"),
        (10**9, "1B"),
        (1_000_001, "1,000,001"),
    ],
)
def test_a_label_is_short_and_exact(tokens, label):
    assert short(tokens) == label


@given(st.integers(1, 10**12))
def test_no_label_rounds(tokens):
    label = short(tokens).replace(",", "")
    unit = UNITS.get(label[-1], 1)
    whole, _, decimals = label.rstrip("KMB").partition(".")
    places = 10 ** len(decimals)
    assert (int(whole) * places + int(decimals or 0)) * unit == tokens * places


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{ id: a, tokens: 0, price: 1 }", "packages.0.tokens"),
        ("{ id: a, tokens: 1, price: 0 }", "packages.0.price"),
        ("{ id: a, tokens: 1, price: 1.5 }", "packages.0.price"),
        ("{ id: a, tokens: 1, price: 2, original: 2 }", "original"),
        ("{ id: A b, tokens: 1, price: 2 }", "packages.0.id"),
        ("{ id: a, tokens: 1, price: 2, percent: 3 }", "percent"),
    ],
)
def test_a_wrong_package_stops_the_start_and_is_named(tmp_path, line, named):
    file = tmp_path / "config.yaml"
    file.write_text(f"packages:\n  - {line}\n")
    with pytest.raises(SettingsError, match=named):
        load_file(file)


def test_two_of_a_name_and_two_favourites_are_refused(tmp_path):
    file = tmp_path / "config.yaml"
    for lines, named in (
        (("{ id: a, tokens: 1, price: 1 }",) * 2, "twice"),
        (
            (
                "{ id: a, tokens: 1, price: 1, popular: true }",
                "{ id: b, tokens: 1, price: 1, popular: true }",
            ),
            "popular",
        ),
    ):
        file.write_text("packages:\n" + "".join(f"  - {line}\n" for line in lines))
        with pytest.raises(SettingsError, match=named):
            load_file(file)


def test_the_pages_have_no_table_of_their_own():
    """A price that stands in a page as well is wrong there one day."""
    prices = ("1000", "3500", "5500", "28000", "10.00", "35.00", "55.00", "280.00", "¥")
    folders = ("components", "pages", "state")
    found = [
        (path.name, price)
        for folder in folders
        for path in (ROOT / "gptchina" / folder).glob("*.py")
        for price in prices
        if f'"{price}"' in path.read_text(encoding="utf-8")
    ]
    assert found == []
