"""Vendors behind Protocols of our own."""
