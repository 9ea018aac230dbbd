"""The habits of this project: `nox` runs the quick ones, `nox --list` names them all.

`lint`, `types`, `tests`, `docs` and `wheel` use the environment that nox runs in, with
requirements-dev.txt installed: nothing is installed twice. `pythons` makes an environment for each
Python that is on the machine.
"""

from __future__ import annotations

import nox

nox.options.sessions = ["lint", "types", "tests"]
nox.options.default_venv_backend = "none"
nox.options.error_on_missing_interpreters = False


@nox.session
def lint(session: nox.Session) -> None:
    """Find what ruff finds; `nox -s lint -- --fix` mends what can be mended."""
    session.run("ruff", "check", ".", *session.posargs)
    session.run("ruff", "format", *([] if session.posargs else ["--check"]), ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check every type."""
    session.run("mypy", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests; name files or options after `--`."""
    session.run("pytest", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into site/; `nox -s docs -- serve` shows it while one writes."""
    session.run("mkdocs", *(session.posargs or ["build", "--strict", "--quiet"]))


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel into dist/, with the demo's script, and test it outside the checkout."""
    for command in ("ci", "run demo"):
        session.run("npm", *command.split(), "--prefix", "clients/typescript", external=True)
    session.run("hatchling", "build", "--target", "wheel", "--clean")
    session.run("pytest", "tests/package")


@nox.session(venv_backend="venv", python=["3.11", "3.12", "3.13", "3.14"])
def pythons(session: nox.Session) -> None:
    """Run the tests on each Python that is here, with everything installed afresh."""
    session.install("-r", "requirements-dev.txt")
    session.run("pytest", *session.posargs)
