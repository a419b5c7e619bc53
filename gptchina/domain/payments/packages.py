"""The packages of tokens for sale: the one table that every page and every order reads."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gptchina.domain.config_file import PackageEntry, config_file
from gptchina.domain.errors import DomainError

_UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "K"))


class PackageNotOfferedError(DomainError):
    """No package of that id is for sale."""

    code = "package_not_offered"


@dataclass(frozen=True)
class Package:
    """A package; prices in minor units of the currency, usd in cents.

    `original` is the struck-out price, None if there is none.
    """

    id: str
    tokens: int
    price: int
    currency: str
    original: int | None
    popular: bool
    usd: int | None

    @property
    def label(self) -> str:
        """Return the exact number of tokens in short form: 2,500,000 is "2.5M"."""
        return short(self.tokens)

    @property
    def discount_percent(self) -> int:
        """Return how much less than the original is paid, in whole percent, rounded down."""
        if self.original is None:
            return 0
        return (self.original - self.price) * 100 // self.original

    @property
    def per_million(self) -> int:
        """Return the price of 1,000,000 tokens in minor units, rounded to the nearest."""
        return round(Fraction(self.price * 10**6, self.tokens))


def short(tokens: int) -> str:
    """Return a number of tokens in short form where that is exact: "2.5M", but "1,234,567"."""
    unit, letter = next(((unit, letter) for unit, letter in _UNITS if tokens >= unit), (1, ""))
    if unit == 1 or tokens % (unit // 1000):
        return f"{tokens:,}"
    whole, rest = divmod(tokens, unit)
    decimals = f"{rest * 1000 // unit:03}".rstrip("0")
    return f"{whole:,}.{decimals}{letter}" if decimals else f"{whole:,}{letter}"


def offered_packages() -> list[Package]:
    """Return the packages in the order of the configuration file."""
    file = config_file()
    return [_package(entry, file.currency) for entry in file.packages]


def find_package(package_id: object) -> Package:
    """Return the package of that id; raise PackageNotOfferedError if there is none."""
    for package in offered_packages():
        if package.id == package_id:
            return package
    raise PackageNotOfferedError(field="package")


def popular_package() -> Package | None:
    """Return the package chosen when the dialog opens: the popular one, or the first."""
    packages = offered_packages()
    return next((package for package in packages if package.popular), next(iter(packages), None))


def _package(entry: PackageEntry, currency: str) -> Package:
    return Package(
        id=entry.id,
        tokens=entry.tokens,
        price=entry.price,
        currency=currency,
        original=entry.original,
        popular=entry.popular,
        usd=entry.usd,
    )
