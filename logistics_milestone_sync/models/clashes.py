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


def work_off(env, fetch, work, to_the_end=False):
    """Work off records as a scheduled action does: every batch is a transaction of its own.

    Whatever is left when the time is over, or when others were faster too often, is worked off by
    the next run, which Odoo starts at once; unless nothing could be done, which waits its interval.

    :param fetch: called with an id; gives the next batch of records behind it, in id order
    :param work: called with a batch; gives the number of records that need no further run
    :param bool to_the_end: go on when the time is over, where every run starts from the beginning
    """
    progress = env["ir.cron"]._commit_progress
    progress(remaining=1)  # there may be more until we saw the end
    clashes, reached, total = 0, 0, 0
    while batch := fetch(reached):
        last = batch[-1].id
        try:
            done = work(batch)
            seconds_left = progress(done, remaining=1)
        except CLASHES:
            env.cr.rollback()
            clashes += 1
            if clashes > MOST_CLASHES:
                return
            continue
        reached = last
        total += done
        if not seconds_left and not to_the_end:
            if not total:
                progress(remaining=0)
            return
    progress(remaining=0)


def work_off_steps(env, find):
    """Work off long jobs as a scheduled action does: one ``_step`` of one job per transaction.

    :param find: gives the job to go on with, or an empty recordset; its ``_step`` does the next
        batch, moves the job to its end when there is nothing left, and returns what it did
    """
    progress = env["ir.cron"]._commit_progress
    clashes = 0
    while job := find():
        try:
            # "Maybe more" until the last step of the last job.
            left = progress(job._step(), remaining=1)
        except CLASHES:
            env.cr.rollback()
            clashes += 1
            left = progress(remaining=1) if clashes <= MOST_CLASHES else 0
        if not left:
            return
    progress(remaining=0)
