"""What can stop a study, each with one clear line."""

from __future__ import annotations

import errno


def reason_of(error: OSError) -> str:
    """Return why the system refused, without the number of the error and the file."""
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return "too many files are open; ulimit -n shows and sets how many may be"
    return error.strerror or str(error)


class UserError(Exception):
    """A mistake the user can mend; the message is one line and says how. Commands exit with `exit_code`."""

    exit_code = 2


class NonDeterministic(Exception):  # noqa: N818 - says what happened, as KeyboardInterrupt does
    """Two executions of one run disagreed on the outcome: the study is flagged and none of it may be trusted."""


class WorkersUnusable(Exception):  # noqa: N818 - says what happened, as KeyboardInterrupt does
    """No worker can run the function at all (it cannot be imported, or every worker dies before its first run)."""


class Interrupted(Exception):  # noqa: N818 - says what happened, as KeyboardInterrupt does
    """Ctrl-C. Everything that was finished has been recorded; the same command resumes.

    `done` and `failed` count the tasks of this session.
    """

    def __init__(self, done: int, failed: int) -> None:
        """Counts of tasks finished and failed in this session."""
        self.done = done
        self.failed = failed
        lost = f", {failed} failed" if failed else ""
        super().__init__(f"interrupted after {done} finished{lost}; the same command resumes")

    def __reduce__(self) -> tuple[type[Interrupted], tuple[int, int]]:
        """Pickle by the counts, not by the message."""
        return type(self), (self.done, self.failed)


class NothingFinished(UserError):  # noqa: N818 - says what happened
    """Every replicate failed; the message says why the first did. No mistake of the user's."""

    exit_code = 1
