"""The live page as Streamlit alone can make it: a fragment draws a line chart, ten times a second.

Streamlit runs this file; it reads the same live stream as the page it is compared with.
"""

from __future__ import annotations

import json
import os
import struct
import threading
from collections import deque

import numpy as np
import streamlit as st
from websockets.sync.client import connect

HEADER = struct.Struct("<BBHIIfdd")
COLUMNS = 16
SEGMENTS = ["pelvis", "lumbar", "thoracic"]
SPAN_FRAMES = 1000


@st.cache_resource
def follow() -> deque[tuple[float, np.ndarray]]:
    """Follow the stream beside the page; the newest rows, each with when its sample arrived."""
    kept: deque[tuple[float, np.ndarray]] = deque(maxlen=SPAN_FRAMES)

    def run() -> None:
        address = os.environ["TORSO_LIVE"]
        with connect(address, compression=None, proxy=None) as stream:
            for message in stream:
                if not isinstance(message, bytes):
                    continue
                _, _, n, _, _, age_s, _, sent_s = HEADER.unpack_from(message)
                rows = np.frombuffer(message, "<f4", n * COLUMNS, HEADER.size).reshape(n, COLUMNS)
                kept.extend((sent_s - age_s, row) for row in rows)

    threading.Thread(target=run, daemon=True).start()
    return kept


@st.fragment(run_every=0.1)
def chart() -> None:
    """Draw what is known now, and say in the page how old the newest of it is."""
    rows = list(follow())
    if not rows:
        return
    st.line_chart({name: [float(row[i]) for _, row in rows] for i, name in enumerate(SEGMENTS, 1)})
    st.html(f"<i id='newest' data-arrived='{json.dumps(1000 * rows[-1][0])}'></i>")


chart()
