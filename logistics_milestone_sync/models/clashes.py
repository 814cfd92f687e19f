"""Two transactions wanted the same rows: nothing is wrong, the loser starts over."""

from contextlib import contextmanager

from psycopg2 import errors

from odoo.exceptions import ConcurrencyError

CLASHES = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    ConcurrencyError,
)
# A worker that loses this often in a row leaves the rest to its next run.
MOST_CLASHES = 10


@contextmanager
def clash_when_taken():
    """Turn a unique key that somebody took since our snapshot into a clash.

    Odoo retries a clash and not a violated key. Whoever starts over sees the row of the other, and
    has an answer for it: a repeated fact, a number that is in use.
    """
    try:
        yield
    except errors.UniqueViolation as taken:
        raise ConcurrencyError(str(taken)) from taken
