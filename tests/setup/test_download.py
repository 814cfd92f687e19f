"""Odoo arrives whole, whatever interrupts it."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys

import pytest

from bootstrap.odoo_source import find_odoo
from bootstrap.repairs import dangling_links

from .conftest import TOOLS, is_one_sentence, suite
from .mirror import Mirror

FIND = (
    "from bootstrap.paths import Places; from bootstrap.odoo_source import find_odoo; "
    "find_odoo(Places.of_this_clone())"
)
#: The same steps under the lock that every set-up takes.
FIND_ALONE = (
    "from bootstrap.paths import Places; from bootstrap.odoo_source import find_odoo; "
    "from bootstrap.locks import alone; places = Places.of_this_clone()\n"
    "with alone(places.run / 'setup.lock', 'another set-up'): find_odoo(places)"
)


@pytest.fixture
def mirror(tmp_path, environment, monkeypatch):
    mirror = Mirror(tmp_path)
    environment["LOGISTICS_DEBIAN_MIRROR"] = mirror.source
    for name in ("ODOO_HOME", "LOGISTICS_DEBIAN_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    yield mirror
    mirror.close()


def start(environment: dict[str, str], program: str = FIND) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_unpacked_package_is_whole_and_repaired(mirror, environment, places) -> None:
    assert start(environment).wait(timeout=60) == 0

    odoo = find_odoo(places)
    assert odoo.version == "19.0.1"
    assert [path.parts[-2:] for path in odoo.addons] == [("odoo", "addons")]
    assert dangling_links(odoo.addons[0] / "web/static/src") == []
    webfont = "web/static/lib/fontawesome/fonts/fontawesome-webfont.woff2"
    assert (odoo.addons[0] / webfont).read_bytes() == b"woff2"
    left_out = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    assert (odoo.addons[0] / left_out).is_file()


def test_a_download_killed_half_way_goes_on_where_it_stopped(mirror, environment, places) -> None:
    mirror.stall_at = 2_000_000
    first = start(environment, FIND_ALONE)
    assert mirror.stalled.wait(timeout=60)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert not places.odoo_root.exists()

    mirror.stall_at = None
    mirror.closing.set()
    assert start(environment, FIND_ALONE).wait(timeout=60) == 0

    assert find_odoo(places).version == "19.0.1"
    whole, rest = mirror.ranges()[0], mirror.ranges()[-1]
    assert whole is None
    assert rest and rest.startswith("bytes=")


def test_two_set_ups_at_once_download_once(mirror, environment, places) -> None:
    mirror.stall_at = 2_000_000
    first = start(environment, FIND_ALONE)
    assert mirror.stalled.wait(timeout=60)
    second = start(environment, FIND_ALONE)
    waiting = second.stdout.readline()
    mirror.stall_at = None
    mirror.closing.set()

    # The mirror hung up on the first one; apt tries again by itself.
    assert (first.wait(timeout=60), second.wait(timeout=60)) == (0, 0)
    assert waiting == "Waiting for another set-up to finish ...\n"
    assert places.odoo_root.is_dir()
    assert mirror.ranges().count(None) == 1


def test_a_full_disk_is_one_sentence_and_what_came_is_kept(mirror, environment, places) -> None:
    small = 1_000_000
    limited = subprocess.run(
        [sys.executable, TOOLS / "suite.py", "setup"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (small, small)),
    )

    assert limited.returncode == 1
    assert is_one_sentence(limited.stderr), limited.stderr
    assert "the disk is full. Free some space, or set LOGISTICS_HOME" in limited.stderr
    assert start(environment).wait(timeout=60) == 0


def test_a_damaged_package_is_not_taken(mirror, environment, places) -> None:
    (deb,) = (mirror.root / "pool").glob("odoo-19_*.deb")
    content = bytearray(deb.read_bytes())
    content[1_500_000] ^= 1
    deb.write_bytes(content)

    ended = suite(environment, "setup")

    assert ended.returncode == 1
    assert is_one_sentence(ended.stderr), ended.stderr
    assert "a download arrived damaged" in ended.stderr
    assert not places.odoo_root.exists()


def test_an_unreachable_mirror_is_one_sentence(environment, places) -> None:
    environment["LOGISTICS_DEBIAN_MIRROR"] = "http://127.0.0.1:9/debian/"

    ended = suite(environment, "setup")

    assert ended.returncode == 1
    assert is_one_sentence(ended.stderr), ended.stderr
    assert "cannot be reached" in ended.stderr
    assert str(places.log) in ended.stderr
