"""Every command in the READMEs runs (installation, pytest and server start: .ci/run)."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
READMES = ["README.md", "README.en.md"]
BLOCK = re.compile(r"<!-- run -->\n```(console|python)\n(.*?)```", re.S)
NOT_RUN = ("pip ", "streamlit ", "pytest")


def blocks(name):
    return BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))


def console_commands(name):
    """Return (command, expected lines) of every console block."""
    found = []
    for language, body in blocks(name):
        if language == "console":
            for part in re.split(r"^\$ ", body, flags=re.M)[1:]:
                command, _, output = part.partition("\n")
                found.append((command, output.strip()))
    return found


def run(arguments, folder):
    return subprocess.run(
        arguments,
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )


SHOWN = dict.fromkeys(case for name in READMES for case in console_commands(name))
"""Every command with its output, once: both languages show the same ones."""

CASES = [pytest.param(*case, id=case[0][:50]) for case in SHOWN]


@pytest.mark.parametrize(("command", "output"), CASES)
def test_shell_session(command, output, tmp_path, engine):
    words = shlex.split(command)
    assert words[0] == "python"
    words = [str(ROOT / word) if word.startswith(("docs/", "data/")) else word for word in words[1:]]
    done = run([sys.executable, *words], tmp_path)
    assert done.returncode == 0, done.stderr
    if output:
        assert done.stdout.strip() == output


@pytest.mark.parametrize("name", READMES)
def test_python_example(name, tmp_path, engine):
    code = next(body for language, body in blocks(name) if language == "python")
    done = run([sys.executable, "-c", code], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("matched")


@pytest.mark.parametrize("name", READMES)
def test_every_command_is_run_here_or_by_ci(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for body in re.findall(r"```(?:sh|powershell)\n(.*?)```", text, re.S):
        for line in body.strip().splitlines():
            for part in re.split(r"&&|;", line):
                assert part.strip().startswith(NOT_RUN), part


def test_both_languages_show_the_same_commands():
    commands = [[command for command, _ in console_commands(name)] for name in READMES]
    assert commands[0] == commands[1]
    assert len(blocks(READMES[0])) == len(blocks(READMES[1]))
