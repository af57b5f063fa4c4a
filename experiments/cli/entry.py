"""Entry of the command `moat`: Ctrl-C is heard before anything large is imported."""

from __future__ import annotations

from .ctrl_c import leave, listen, pressed


def command() -> None:
    """Run `moat` in its own process."""
    listen()
    try:
        from .main import command as run

        run()
    except BaseException:
        if pressed():
            leave()
        raise
