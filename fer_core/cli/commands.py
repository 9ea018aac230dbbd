"""`fer`: what the command line takes and which exit status it gives.

`fer api`, `fer app`, `fer cluster` and `fer train` hand over to programs with options of their own.
Nothing is imported before it is known which command runs, so that `fer --version` answers at once.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import fer_core
from fer_core.errors import FerError

PROGRAM = "fer"

EXIT_STATUS = """exit status:
  0  everything was done
  1  analyse: a file could not be read, or the folders hold none; doctor: something fails
  2  the command line could not be understood
  3  the model or a setting cannot be used, or a picture cannot be written
"""


def main(arguments: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: What follows the program's name; that of this process if None.
        program: How the program was called, for its own messages.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        # Emoji and names in any script, also where the terminal knows neither.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    remedy = f"`{program} doctor` says what to do.\n"
    try:
        if arguments and arguments[0] in _PROGRAMS:
            run, _ = _PROGRAMS[arguments[0]]
            return run(arguments[1:], f"{program} {arguments[0]}")
        options = _parser(program).parse_args(arguments)
        return _analyse(options) if options.command == "analyse" else _doctor(program)
    except FerError as error:
        sys.stderr.write(f"{error.message}\n{remedy}")
        return 3
    except ImportError as error:
        sys.stderr.write(f"{error.name or 'A library'} is not installed.\n{remedy}")
        return 3
    except KeyboardInterrupt:
        sys.stderr.write("\nCancelled.\n")
        return 130
    except BrokenPipeError:  # the reader, as `head`, has had enough
        sys.stderr.close()
        return 0


def _run_api(arguments: Sequence[str], program: str) -> int:
    from fer_core.api.__main__ import main as api

    return api(arguments, program)


def _run_cluster(arguments: Sequence[str], program: str) -> int:
    from fer_core.scale.cluster import run_cluster

    return run_cluster(arguments, program)


def _run_app(arguments: Sequence[str], program: str) -> int:
    from fer_core.cli.app import run_app

    return run_app(arguments, program)


def _run_training(arguments: Sequence[str], program: str) -> int:
    from fer_core.training.__main__ import main as training

    return training(arguments or ["--help"], program, default="train")


#: Each takes what follows its name, and how it was called.
_PROGRAMS: dict[str, tuple[Callable[[Sequence[str], str], int], str]] = {
    "app": (_run_app, "start the app in the browser"),
    "api": (_run_api, "serve the REST API, or manage its keys"),
    "cluster": (_run_cluster, "serve the REST API by several processes, on Ray Serve"),
    "train": (
        _run_training,
        "train a model of your own; its steps, from check to evaluate, go with it",
    ),
}


def _analyse(options: argparse.Namespace) -> int:
    from fer_core.cli.analyse import Output, analyse
    from fer_core.cli.videos import analyse_videos, is_video

    if options.blur and options.annotate is None:
        sys.stderr.write("--blur is for the pictures that --annotate DIR writes: name a DIR.\n")
        return 2
    form: Output = "json" if options.json else "csv" if options.csv else "text"
    videos = [path for path in options.photos if is_video(path)]
    if videos and (len(videos) < len(options.photos) or options.confidence is not None):
        sys.stderr.write("Name either videos or photos; --confidence is for photos.\n")
        return 2
    if len(videos) > 1 and form != "text":
        sys.stderr.write("Name one video for --csv or --json.\n")
        return 2
    try:
        if videos:
            return analyse_videos(
                videos,
                form,
                rate=options.rate,
                people=options.people,
                per=options.per,
                annotate_into=options.annotate,
                blur=options.blur,
            )
        return analyse(
            options.photos,
            form,
            confidence=options.confidence,
            annotate_into=options.annotate,
            blur=options.blur,
        )
    except BrokenPipeError:
        raise
    except OSError as error:  # photos that cannot be read are in the results
        sys.stderr.write(
            f"{error.filename or 'The output'} cannot be written ({error.strerror}).\n"
        )
        return 3


def _doctor(program: str) -> int:
    from fer_core.cli.doctor import check_installation, describe

    checks = check_installation()
    sys.stdout.write(describe(checks, program))
    return 1 if any(check.status == "failed" for check in checks) else 0


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program,
        description="Facial expressions in photos and study sessions, on this machine.",
        epilog=EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {fer_core.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    analyse = commands.add_parser(
        "analyse",
        help="label the faces in photos and videos",
        epilog=EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    analyse.add_argument(
        "photos",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="photos, folders of photos, or videos (MP4, MOV, WebM, MKV)",
    )
    form = analyse.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON, as the API answers")
    form.add_argument("--csv", action="store_true", help="print CSV, one row per face")
    analyse.add_argument(
        "--annotate",
        type=Path,
        metavar="DIR",
        help="also write each picture or video with its faces drawn",
    )
    analyse.add_argument(
        "--blur", action="store_true", help="blur all faces in the pictures that --annotate writes"
    )
    analyse.add_argument(
        "--confidence",
        type=_share,
        metavar="0.2..1",
        help="weakest face to report (default: the model's own threshold)",
    )
    analyse.add_argument(
        "--rate",
        type=_rate,
        default=5.0,
        metavar="0.1..30",
        help="videos: frames analysed a second (default: 5)",
    )
    analyse.add_argument(
        "--people",
        choices=("all", "one"),
        default="all",
        help="videos: every face (default), or one person's timeline besides",
    )
    analyse.add_argument(
        "--per",
        choices=("frame", "second"),
        default="second",
        help="videos: a row of --csv or --json for each second (default) or frame",
    )
    commands.add_parser("doctor", help="check the installation and say what to do")
    for name, (_, purpose) in _PROGRAMS.items():
        commands.add_parser(name, help=purpose, add_help=False)  # for the list: it runs above
    return parser


def _rate(text: str) -> float:
    from fer_core.video.analysis import HIGHEST_RATE, LOWEST_RATE

    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not LOWEST_RATE <= value <= HIGHEST_RATE:
        raise argparse.ArgumentTypeError(f"must be a number from {LOWEST_RATE} to {HIGHEST_RATE}")
    return value


def _share(text: str) -> float:
    from fer_core.photos.analysed import LOWEST_CONFIDENCE

    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not LOWEST_CONFIDENCE <= value <= 1:
        raise argparse.ArgumentTypeError(f"must be a number from {LOWEST_CONFIDENCE} to 1")
    return value
