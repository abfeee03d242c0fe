"""How a process that does jobs begins; it imports nothing that would begin to compute before."""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing import parent_process
from typing import Final

_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def begin() -> None:
    """Use one thread, as there is a process per processor, and leave Ctrl-C to who started it."""
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


def end_with_parent() -> None:
    """End as soon as the process that started this one has, whatever ended it."""
    threading.Thread(target=_end, name="end with parent", daemon=True).start()


def _end() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
