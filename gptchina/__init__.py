"""GPTChina: AI chat that people pay for by the token."""

__version__ = "0.1.0"
