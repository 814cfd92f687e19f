"""The commands that `tools/suite.py` understands."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from . import demo, lint, postgres, rebuild, rotate, server, testing
from .config import free_port
from .diagnosis import system_error
from .messages import Trouble, say, warn
from .paths import Places
from .ready import Suite, ready_python, set_up
from .virtualenv import ready_unit_venv

Command = Callable[[Places, argparse.Namespace], int]


def main(argv: list[str]) -> int:
    """Run one command; a failure is one sentence and a status that is not zero."""
    arguments = _parser().parse_args(argv)
    places = Places.of_this_clone()
    command: Command = arguments.run
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        return command(places, arguments)
    except Trouble as trouble:
        warn(f"\n{trouble}")
    except OSError as error:
        warn(f"\n{system_error(error, places.home)}")
    except KeyboardInterrupt:
        warn("\nStopped. Run the same command again to continue.")
        return 130
    return 1


def _end(number: int, frame: object) -> NoReturn:
    """End as if asked from the keyboard, so that what was started is stopped on the way out."""
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:10} {text}" for name, (_run, text, _takes) in _COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="suite.py",
        description=f"The commands of this project:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, (run, text, takes) in _COMMANDS.items():
        sub = commands.add_parser(name, description=text)
        for argument in takes:
            sub.add_argument(argument, nargs="*" if argument == "rest" else None)
        sub.set_defaults(run=run)
    return parser


def _setup(places: Places, arguments: argparse.Namespace) -> int:
    suite = set_up(places)
    say(f"Ready: Odoo {suite.odoo.version}, template {suite.template}, all in {places.home}.")
    return 0


def _test(places: Places, arguments: argparse.Namespace) -> int:
    suite = set_up(places)
    try:
        return testing.run_all(suite, arguments.rest)
    finally:
        stop_what_was_started(suite)


def _test_unit(places: Places, arguments: argparse.Namespace) -> int:
    places.make()
    return testing.run_pure(places, arguments.rest)


def _pytest(places: Places, arguments: argparse.Namespace) -> int:
    return testing.run_in_odoo(set_up(places), arguments.database, arguments.rest)


def _demo(places: Places, arguments: argparse.Namespace) -> int:
    suite = set_up(places)
    try:
        return demo.run(suite)
    finally:
        stop_what_was_started(suite)


def _serve(places: Places, arguments: argparse.Namespace) -> int:
    suite = set_up(places)
    try:
        return demo.serve(suite)
    finally:
        stop_what_was_started(suite)


def stop_what_was_started(suite: Suite) -> None:
    """Stop the PostgreSQL that this command started, unless something else uses it by now."""
    others = suite.databases.rows(
        "postgres",
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    )
    if suite.started_postgres and others == ["0"]:
        postgres.stop(suite.places)


def _stop(places: Places, arguments: argparse.Namespace) -> int:
    stopped = [("Odoo", server.stop(places)), ("PostgreSQL", postgres.stop(places))]
    names = [name for name, was_running in stopped if was_running]
    say(f"Stopped {' and '.join(names)}." if names else "Nothing was running.")
    return 0


def _clean(places: Places, arguments: argparse.Namespace) -> int:
    _stop(places, arguments)
    postgres.remove(places)
    shutil.rmtree(places.home, ignore_errors=True)
    say(f"Removed {places.home}; the next command sets everything up again.")
    return 0


def _corpus(places: Places, arguments: argparse.Namespace) -> int:
    """Agreement of the profiles with a folder of real messages, printed and in var/corpus.json."""
    folder = Path(arguments.folder).resolve()
    if not (folder / "INDEX.tsv").is_file():
        raise Trouble(f"{folder} has no INDEX.tsv.")
    places.make()
    python, output = ready_unit_venv(places), places.project / "var" / "corpus.json"
    command: list[str | Path] = [python, "-m", "corpus", folder, output]
    env = {**os.environ, "PYTHONPATH": str(places.project / "tools")}
    return subprocess.run(command, env=env, check=False).returncode


def _fuzz(places: Places, arguments: argparse.Namespace) -> int:
    """Damaged messages for every codec; what breaks one is kept in var/fuzz."""
    places.make()
    python, output = ready_unit_venv(places), places.project / "var" / "fuzz"
    command: list[str | Path] = [python, "-m", "fuzz", output, *arguments.rest]
    env = {**os.environ, "PYTHONPATH": str(places.project / "tools")}
    return subprocess.run(command, env=env, check=False).returncode


def _lint(places: Places, arguments: argparse.Namespace) -> int:
    ready_python(places)
    return lint.run(places)


def _bench(places: Places, arguments: argparse.Namespace, folder: str = "") -> int:
    suite = set_up(places)
    try:
        return demo.bench(suite, arguments.rest, folder)
    finally:
        stop_what_was_started(suite)


def _flood(places: Places, arguments: argparse.Namespace) -> int:
    return _bench(places, arguments, "flood")


def _fuzz_doors(places: Places, arguments: argparse.Namespace) -> int:
    return _bench(places, arguments, "doors")


def _rebuild(places: Places, arguments: argparse.Namespace) -> int:
    suite = set_up(places)
    try:
        return rebuild.run(suite, arguments.rest)
    finally:
        stop_what_was_started(suite)


def _rotate(places: Places, arguments: argparse.Namespace) -> int:
    suite = set_up(places)
    try:
        return rotate.run(suite, arguments.rest)
    finally:
        stop_what_was_started(suite)


def _db(places: Places, arguments: argparse.Namespace) -> int:
    suite = set_up(places)
    if arguments.action == "new":
        suite.copy_template(arguments.database)
        suite.databases.hurry(arguments.database)
    elif arguments.action == "drop":
        suite.databases.drop(arguments.database)
    else:
        raise Trouble("Say `db new NAME` or `db drop NAME`.")
    return 0


def _odoo(places: Places, arguments: argparse.Namespace) -> int:
    """Odoo's own command line, with this clone's configuration."""
    suite = set_up(places)
    conf = suite.config("odoo", http_port=free_port(), gevent_port=free_port())
    given = arguments.rest
    own_command = bool(given) and not given[0].startswith("-")
    first, rest = (given[:1], given[1:]) if own_command else ([], given)
    launcher = [suite.python, suite.places.venv / "bin" / "odoo"]
    env = {**os.environ, **suite.postgres.env}
    command = [str(part) for part in [*launcher, *first, "-c", conf, *rest]]
    # In the place of this process, so that signals and the exit status are the server's own.
    os.execve(command[0], command, env)


def _shell_env(places: Places, arguments: argparse.Namespace) -> int:
    stdout, sys.stdout = sys.stdout, sys.stderr
    suite = set_up(places)
    sys.stdout = stdout
    exports = {"ODOO_PYTHON": suite.python, "ODOO_RC": suite.config("odoo"), **suite.postgres.env}
    exports["ODOO_BIN"] = suite.places.venv / "bin" / "odoo"
    for name, value in exports.items():
        print(f"export {name}={shlex.quote(str(value))}")
    return 0


_COMMANDS: dict[str, tuple[Command, str, tuple[str, ...]]] = {
    "demo": (_demo, "set up, run the story over real HTTP, then serve", ()),
    "test": (_test, "set up and run all tests", ("rest",)),
    "test-unit": (_test_unit, "run the tests that need no Odoo", ("rest",)),
    "serve": (_serve, "serve the demo database", ()),
    "stop": (_stop, "stop Odoo and PostgreSQL of this clone", ()),
    "lint": (_lint, "check style, types and Odoo's rules", ()),
    "bench": (_bench, "measure, against a reference in the same run", ("rest",)),
    "flood": (_flood, "flood a server and kill its workers; nothing may be lost", ("rest",)),
    "fuzz-doors": (_fuzz_doors, "send requests that no carrier would send", ("rest",)),
    "rebuild": (_rebuild, "compare every shipment with its ledger; `write` repairs", ("rest",)),
    "rotate": (_rotate, "encrypt all secrets anew under the newest key", ("rest",)),
    "corpus": (_corpus, "read the real messages of a folder through the profiles", ("folder",)),
    "fuzz": (_fuzz, "read damaged messages, and tell what breaks a reader", ("rest",)),
    "clean": (_clean, "stop and remove everything that was set up", ()),
    "setup": (_setup, "only set up", ()),
    "db": (_db, "make (`new`) or drop (`drop`) a database of your own", ("action", "database")),
    "odoo": (_odoo, "Odoo's own command line, after `--`", ("rest",)),
    "pytest": (_pytest, "run tests in a database of your own", ("database", "rest")),
    "shell-env": (_shell_env, "print the environment variables for a shell", ()),
}
