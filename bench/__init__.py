"""Measures what GPTChina promises, each figure beside its target."""
