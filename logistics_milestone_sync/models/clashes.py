"""Two transactions wanted the same rows: nothing is wrong, the loser starts over."""

from contextlib import contextmanager

from psycopg2 import errorcodes, errors

CLASHES = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable)
# A worker that loses this often in a row leaves the rest to its next run.
MOST_CLASHES = 10


class TakenMeanwhile(errors.SerializationFailure):
    """A unique key was taken by a transaction that our snapshot does not see."""

    pgcode = errorcodes.SERIALIZATION_FAILURE  # Odoo looks up why it retries


@contextmanager
def clash_when_taken():
    """Turn a unique key that somebody took meanwhile into a clash.

    Odoo and the workers retry a clash and not a violated key. Whoever starts over sees the row of
    the other, and has an answer for it: a repeated fact, a number that is in use.
    """
    try:
        yield
    except errors.UniqueViolation as taken:
        raise TakenMeanwhile(str(taken)) from taken
