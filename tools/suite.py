#!/usr/bin/env python3
"""The project's commands. `python3 tools/suite.py --help` lists them; the Makefile calls them."""

import sys

if sys.version_info < (3, 9):  # noqa: UP036 - says so instead of failing on newer syntax below
    sys.exit("This needs Python 3.10 or newer; Odoo 19 runs on Python 3.10 to 3.13.")

from bootstrap.commands import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
