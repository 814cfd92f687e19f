#!/usr/bin/env python3
"""The project's commands. `python3 tools/suite.py --help` lists them; the Makefile calls them."""

import sys

if sys.version_info < (3, 9):  # noqa: UP036 - a sentence instead of an error further on
    sys.exit("This needs Python 3.11, 3.12 or 3.13; run it with one of those.")

from bootstrap.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
