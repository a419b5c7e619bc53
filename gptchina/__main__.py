"""Lets `python -m gptchina` run the operator's commands."""

import sys

from gptchina.cli import main

sys.exit(main())
