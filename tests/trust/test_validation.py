"""docs/validation.md names what exists, and nothing the README offers is left out of it."""

import ast
import re
from pathlib import Path

import pytest

from benchmarks.__main__ import CHOICES
from dashboard.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"`((?:pytest|python -m|make|torso) [^`]+)`", PAGE)))


def options_of(module: Path) -> set[str]:
    """Every option that a program adds to its parser."""
    calls = (n for n in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(n, ast.Call))
    words = (a.value for c in calls for a in c.args if isinstance(a, ast.Constant))
    return {word for word in words if str(word).startswith("--")}


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("pytest ")])
def test_each_test_it_names_exists(command: str) -> None:
    for path in command.split()[1:]:
        found = ROOT / path
        assert found.suffix == ".py" or any(found.glob("test_*.py")), path
        assert found.exists(), path


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("python -m ")])
def test_each_benchmark_it_names_exists(command: str) -> None:
    module, *rest = command.removeprefix("python -m ").split()
    if module != "benchmarks":
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()
        return
    assert rest[0] in CHOICES
    named = {word for word in rest if word.startswith("--")}
    assert named <= options_of(ROOT / "benchmarks" / "__main__.py")


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make ")])
def test_each_target_it_names_exists(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{command.split()[1]}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("torso ")])
def test_each_command_it_names_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    name = [word for word in command.split()[1:] if word[0].islower()]
    with pytest.raises(SystemExit) as ended:
        main([*name, "--help"])
    assert ended.value.code == 0, capsys.readouterr().err


def test_every_command_the_readme_offers_is_proved() -> None:
    offered = {c for c in re.findall(r"`(torso [a-z-]+)", README) if not c.endswith("-")}
    assert len(offered) > 10
    assert offered <= set(re.findall(r"`(torso [a-z-]+)", PAGE))


def test_every_claim_has_a_proof_and_a_figure() -> None:
    rows = re.findall(
        r"^\| (.+?) \| (.+?) \| (.+?) \|$", PAGE.split("## Bad input")[0], re.MULTILINE
    )
    assert len(rows) > 25
    for claim, proof, seen in rows[2:]:
        assert re.search(r"`(pytest|python -m benchmarks|make) ", proof), claim
        assert seen.strip(), claim
