"""A few small inputs of every reader, each answered in another way: ``tests/trust/corpus``.

``python -m benchmarks.corpus`` spoils good inputs as :mod:`benchmarks.fuzz` does and keeps those
that come to an answer not seen before: read, or refused at another place or in other words. The
tests give all of them to their readers again.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import fuzz, fuzz_files
from sensors.errors import ProtocolError
from sensors.protocols.families import FAMILIES, Family

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = Callable[[bytes], str]

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "trust" / "corpus"
MOST_BYTES = 3000
TRIES = 150


def readers(files: dict[str, fuzz_files.Subject]) -> dict[str, tuple[bytes, Answer]]:
    """A good input of every reader, and what answers with the way in which it took an input.

    ``files`` are the subjects of :mod:`benchmarks.fuzz_files`.
    """
    found: dict[str, tuple[bytes, Answer]] = {}
    known = fuzz.subjects()
    for family in FAMILIES:
        subject = known[family.protocol]
        found[family.protocol] = subject.good[-1][1], _notified(family, subject)
    for name, file in files.items():
        found[re.sub(r"\W+", "_", name)] = file.path.read_bytes()[:MOST_BYTES], _filed(file)
    return found


def _notified(family: Family, subject: fuzz.Subject) -> Answer:
    """Take a value for the last notification of a good burst."""
    *before, (characteristic, _) = (*subject.prepare, *subject.good)

    def answer(data: bytes) -> str:
        reader = family.reader(family.rate_hz)
        for name, value in before:
            reader.feed(name, value)
        try:
            return f"{len(reader.feed(characteristic, data))} bursts"
        except ProtocolError as error:
            return way(error)

    return answer


def _filed(file: fuzz_files.Subject) -> Answer:
    def answer(data: bytes) -> str:
        good = file.path.read_bytes()
        file.path.write_bytes(data)
        try:
            read = file.read()
        except file.refuses as error:
            return way(error)
        finally:
            file.path.write_bytes(good)
        return _plain(read) if isinstance(read, str) else "read"

    return answer


def way(error: Exception) -> str:
    """Where in our code an error arose, and its words without what was found."""
    ours = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if Path(f.filename).is_relative_to(ROOT)
    ]
    return f"{Path(ours[-1].filename).stem}:{ours[-1].name}:{_plain(str(error))}"


def _plain(words: str) -> str:
    return " ".join(re.sub(r"'[^']*'|[^a-z ]+", " ", words.lower()).split()[-6:])


def find(good: bytes, answer: Answer, rng: random.Random, tries: int) -> dict[str, bytes]:
    """Spoil a good input again and again; return the shortest input of every way."""
    found: dict[str, bytes] = {}
    for number in range(tries):
        data = fuzz_files.spoiled(good, rng)[:MOST_BYTES] if number else good
        seen = answer(data)
        if len(data) < len(found.get(seen, data + b"x")):
            found[seen] = data
    return found


def main() -> None:
    """Write the corpus anew."""
    with tempfile.TemporaryDirectory() as name:
        for reader, (good, answer) in readers(fuzz_files.subjects(Path(name))).items():
            found = find(good, answer, random.Random(reader), TRIES)
            folder = CORPUS / reader
            folder.mkdir(parents=True, exist_ok=True)
            for number, data in enumerate(found.values()):
                (folder / f"{number:02}").write_bytes(data)
            sys.stdout.write(f"{reader}: {len(found)} ways\n")


if __name__ == "__main__":
    main()
