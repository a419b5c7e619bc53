"""Servers that speak the vendors' real protocols, for development and tests."""
