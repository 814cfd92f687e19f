"""Gets a real Odoo, its PostgreSQL and its Python packages, and runs the project on them.

Standard library only: everything here runs with the machine's own Python, before any virtual
environment exists. `tools/suite.py` is the command line; each file here does one step of it.
"""
