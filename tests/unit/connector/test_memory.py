"""No message takes more memory than a worker has to spare, however it is made."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from odoo.addons.logistics_carrier_connector.core.codecs import MAX_BYTES

from .large import MEGABYTE, SHAPES, WORKBOOKS

_PROJECT = Path(__file__).resolve().parents[3]
_LARGEST = MAX_BYTES // MEGABYTE - 1
# Of the process that decodes, beyond the message itself.
_MOST = 320 * MEGABYTE
_NOTHING = 8 * MEGABYTE
_CHILD = (
    "import runpy, sys; sys.path.insert(0, 'tools');"
    "from corpus.bare import make_cores_importable; make_cores_importable();"
    "runpy.run_module('tests.unit.connector.large', run_name='__main__')"
)

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="the system does not tell peaks of memory"
)


def _decode(shape, megabytes):
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, shape, str(megabytes)],
        cwd=_PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("shape", [*SHAPES, *WORKBOOKS])
def test_the_largest_messages_that_are_looked_at_take_bounded_memory(shape):
    told = _decode(shape, _LARGEST)
    assert told["grown"] < _MOST, told


@pytest.mark.parametrize(
    "shape", ["json numbers", "xml text", "csv rows", "x12 segments", "edifact segments"]
)
def test_fifty_megabytes_take_none_because_they_are_refused(shape):
    told = _decode(shape, 50)
    assert told["bytes"] > 49 * MEGABYTE
    assert "at most" in told["outcome"]
    assert told["grown"] < _NOTHING, told
