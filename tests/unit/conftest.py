"""The cores are tested without Odoo; what the tools know about that is used here as well."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from corpus.bare import make_cores_importable

make_cores_importable()
