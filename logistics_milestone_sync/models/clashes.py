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


def work_in_batches(env, fetch, work):
    """Work off what a scheduled action finds, a batch and a commit at a time, in id order.

    A batch that clashes is started over; after too many clashes the rest is left to the next run.

    :param fetch: called as ``fetch(after=id)``: the next batch behind that id, empty at the end
    :param work: called with a batch; returns how many of it are done, ``None`` for all of them
    """
    clashes, reached = 0, 0
    while batch := fetch(after=reached):
        reached_now = batch[-1].id
        try:
            done = work(batch)
            left = env["ir.cron"]._commit_progress(len(batch) if done is None else done)
        except CLASHES:
            env.cr.rollback()
            clashes += 1
            if clashes > MOST_CLASHES:
                env["ir.cron"]._commit_progress(remaining=1)  # soon again
                return
            continue
        reached = reached_now
        if not left:
            return
