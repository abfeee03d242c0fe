"""What torso is not, and when to stop: the same words on the page and on paper."""

from __future__ import annotations

from typing import Final

NOT_MEDICAL: Final = (
    "torso is a movement tracker for exercise practice. Its numbers are estimates. It is not a"
    " medical device: it does not diagnose, treat or monitor any condition."
)

STOP_NOW: Final = (
    "Stop at sharp or spreading pain, numbness or weakness, a change of bladder or bowel, pain at"
    " night, dizziness, chest pain or breathlessness, and seek help."
)
