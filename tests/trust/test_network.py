"""torso works with the network cut: whatever leaves this computer is refused, and nothing does."""

import subprocess
import sys
from pathlib import Path

GUARD = """
import sys

def guard(event, args):
    if event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = args[0]
    elif event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = args[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
    else:
        return
    if host not in {None, "", "localhost", "127.0.0.1", "::1", b"localhost", b"127.0.0.1"}:
        print("went out to", host, file=sys.stderr, flush=True)
        raise PermissionError(f"the network is cut: {host}")

sys.addaudithook(guard)
"""

TORSO = "from dashboard.cli import main\nsys.exit(main(sys.argv[1:]))\n"
PAGE = (
    "from pathlib import Path\nfrom dashboard.server import page_app\n"
    "page_app(Path(sys.argv[1]), 8501)\n"
)


def cut_off(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code where nothing but loopback can be reached."""
    command = [sys.executable, "-c", GUARD + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_cut_is_one() -> None:
    for attempt in ("socket().connect(('192.0.2.1', 9))", "getaddrinfo('example.org', 80)"):
        done = cut_off(f"import socket\nsocket.{attempt}\n")
        assert "the network is cut" in done.stderr


def test_an_analysis_needs_no_network(tmp_path: Path) -> None:
    made, out = str(tmp_path / "made"), str(tmp_path / "out")
    for command in (
        ["simulate", "--out", made, "--drill", "seated", "--minutes", "1"],
        ["analyze", made, "--out", out],
    ):
        done = cut_off(TORSO, *command)
        assert (done.returncode, done.stderr.count("went out")) == (0, 0), done.stderr


def test_streams_into_the_network_are_not_even_loaded_unasked(tmp_path: Path) -> None:
    code = (
        "import sys, dashboard.run, dashboard.service.__main__\nassert 'pylsl' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_page_is_built_without_a_network(tmp_path: Path) -> None:
    done = cut_off(PAGE, str(tmp_path))
    assert (done.returncode, done.stderr.count("went out")) == (0, 0), done.stderr
