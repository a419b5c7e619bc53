"""Arithmetic for the demo model: exact, and harmless whatever is typed."""

from __future__ import annotations

import ast
import operator
import re
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_CANDIDATE = re.compile(r"[\d(.][\d\s.,()+\-*/^%×÷−]*[\d)]")  # noqa: RUF001 -- people type these
_TYPED = str.maketrans({"×": "*", "÷": "/", "−": "-", ",": None})  # noqa: RUF001
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_LONGEST = 100
_LARGEST_EXPONENT = 64
_LARGEST = Fraction(10**60)
_SHOWN_DIGITS = 10


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > _LARGEST_EXPONENT:
        raise ValueError("the exponent is out of range")
    result = base ** int(exponent)
    if not isinstance(result, Fraction):
        raise TypeError("the power is not rational")
    return result


_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}


def _value(node: ast.expr, source: str) -> Fraction:
    result: Fraction
    match node:
        case ast.Constant():
            result = Fraction(ast.get_source_segment(source, node) or "")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            result = -_value(operand, source)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            result = _value(operand, source)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            result = _OPERATORS[type(sign)](_value(left, source), _value(right, source))
        case _:
            raise ValueError("not arithmetic")
    if abs(result) > _LARGEST:
        raise ValueError("the number is out of range")
    return result


def _written(value: Fraction) -> str:
    if value.denominator == 1:
        return f"{int(value):,}"
    whole = f"{float(value):,.{_SHOWN_DIGITS}f}".rstrip("0").rstrip(".")
    return whole if abs(value) > Fraction(1, 10**_SHOWN_DIGITS) else f"{value}"


def find_sum(text: str) -> tuple[str, str] | None:
    """Return the first sum in the text and its result, both written out; None if there is none."""
    for match in _CANDIDATE.finditer(text):
        typed = match.group().strip()
        if len(typed) > _LONGEST or _DATE.fullmatch(typed):
            continue
        source = typed.replace("^", "**").translate(_TYPED)
        try:
            tree = ast.parse(source, mode="eval").body
            if not isinstance(tree, ast.BinOp):
                continue
            return typed, _written(_value(tree, source))
        except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError):
            continue
    return None
