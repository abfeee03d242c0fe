"""``python -m dashboard.words``: what is said, and what each language lacks of it, as JSON."""

from __future__ import annotations

import json
import sys

from dashboard.words import ENGLISH, NAMES, catalogue
from dashboard.words.gather import gather

said = gather()
lacking = {
    language: sorted(said - catalogue(language).keys()) for language in NAMES if language != ENGLISH
}
json.dump({"said": sorted(said), "lacking": lacking}, sys.stdout, indent=2, ensure_ascii=False)
