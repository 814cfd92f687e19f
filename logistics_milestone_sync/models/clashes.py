"""Two transactions wanted the same rows: nothing is wrong, the loser starts over."""

from psycopg2 import errors

CLASHES = (errors.SerializationFailure, errors.DeadlockDetected, errors.LockNotAvailable)
# A worker that loses this often in a row leaves the rest to its next run.
MOST_CLASHES = 10
