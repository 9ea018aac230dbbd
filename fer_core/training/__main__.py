"""Command line: check data, train on it, export the result, evaluate what the app will load.

    python -m fer_core.training check --data DIR --sheet sheet.jpg
    python -m fer_core.training train --data DIR --run runs/a --minutes 120
    python -m fer_core.training export --data DIR --weights runs/a/weights.pt --output weights
    python -m fer_core.training evaluate --data DIR --record

On a GPU, train with `--device cuda --workers 14`. A run that was stopped goes on with
`train --resume runs/a/last.pt`, with the settings it was started with; a finished one is extended
with `train --resume runs/a/stable.pt` and more `--minutes`. Each command tells more with --help.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fer_core.config import PROJECT_ROOT
from fer_core.errors import FerError
from fer_core.training.distil_commands import add_commands
from fer_core.training.errors import OptionError, TrainingError
from fer_core.training.option_types import (
    count,
    data_option,
    existing_file,
    positive,
    share,
    sheet,
    side,
)

if TYPE_CHECKING:
    from fer_core.training.export import RefinerFiles
    from fer_core.vision.model_info import Role

EXIT_STATUS = """exit status:
  0  everything was done
  1  check: something is wrong with the data
  2  the options, the data or the weights cannot be used; the message says why
"""

HOW_TO_INSTALL = "pip install -r requirements-train.txt (of the package: fer-study[train])"
#: Fewer pictures of a set say too little to stand in the card.
LEAST_RECORDED = 300
SHIPPED_MODEL = PROJECT_ROOT / "weights" / "model.json"


def main(
    arguments: Sequence[str] | None = None,
    program: str = "python -m fer_core.training",
    default: str | None = None,
) -> int:
    """Run one command and return its exit status.

    Args:
        arguments: What was typed; that of the process if None.
        program: How it was called, for the help.
        default: The command meant where the first argument names none.
    """
    parser = argparse.ArgumentParser(
        prog=program,
        description=__doc__,
        epilog=EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_check(commands.add_parser("check", help="look for what is wrong with the data"))
    _add_train(commands.add_parser("train", help="train a model on composed scenes"))
    add_commands(commands.add_parser)
    _add_relabel(commands.add_parser("relabel", help="soften doubtful labels by a model's eye"))
    _add_export(commands.add_parser("export", help="write the ONNX file and its model.json"))
    _add_evaluate(commands.add_parser("evaluate", help="measure a model as the app runs it"))
    typed = list(sys.argv[1:] if arguments is None else arguments)
    if default and typed and typed[0] not in {*commands.choices, "-h", "--help"}:
        typed.insert(0, default)
    options = parser.parse_args(typed)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        return int(options.run_command(options))
    except TrainingError as error:
        message = str(error)
    except FerError as error:
        message = error.message
    except ModuleNotFoundError as error:
        message = f"{error.name} is not installed: {HOW_TO_INSTALL}"
    except OSError as error:
        message = f"{error.filename or 'a file'} cannot be used: {error.strerror or error}"
    sys.stderr.write(f"{message}\n")
    return 2


def _add_check(parser: argparse.ArgumentParser) -> None:
    data_option(parser)
    parser.add_argument("--sheet", type=sheet, help="write a contact sheet here (.jpg)")
    parser.set_defaults(run_command=_check)


def _check(options: argparse.Namespace) -> int:
    from fer_core.training.check import check, describe

    result = check(options.data, options.sheet)
    print(describe(result))
    return 0 if result.is_clean else 1


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.argument_default = argparse.SUPPRESS  # what is not given is the resumed run's
    data_option(parser, required=False)
    add = parser.add_argument
    add("--run", type=Path, help="checkpoints, log, curves go here (runs/train)")
    add(
        "--model",
        choices=("yolov9t", "yolov9s", "yolov9m", "yolov9c"),
        help="(that of the weights; yolov9t)",
    )
    add(
        "--weights",
        type=existing_file,
        help=".pt or .onnx file to start from, of that model or of one half as wide",
    )
    add("--refiner", action="store_true", help="a network that refines found faces")
    add("--image-size", type=side, help="one square input size in place of the mix")
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--minutes", type=positive, help="training time in all, resumed parts included (60)"
    )
    length.add_argument(
        "--epochs", type=positive, help="in place of minutes: passes over the training faces"
    )
    add("--cooldown", type=share, help="share of the run in which the rate falls (0.25)")
    add("--learning-rate", type=positive, help="(0.0015)")
    add("--device", help="cpu, cuda or cuda:0 (cpu)")
    add("--workers", type=int, help="processes that make scenes (0: none besides the training)")
    add("--threads", type=count, help="torch's threads on the CPU")
    add("--processes", type=count, help="of the CPU, that train together, a core each (1)")
    add("--seed", type=int, help="(0)")
    add("--targets", type=existing_file, help=".npz of teach or relabel")
    add("--landmarks", type=Path, help="folder of landmark_teacher's files, for better boxes")
    add("--scenes", type=count, help="of 320 px, a step (10)")
    add(
        "--resume",
        type=existing_file,
        help="last.pt or stable.pt of a run, to go on from; other options change its settings",
    )
    parser.set_defaults(run_command=_train)


def _train(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from fer_core.training.run_config import TrainingConfig, settings_of
    from fer_core.training.train import train

    given = {
        name: value
        for name, value in vars(options).items()
        if name not in {"command", "run_command", "resume", "image_size"}
    }
    if "scenes" in given:
        given["pixels"] = given.pop("scenes") * 320 * 320
    if "image_size" in options:
        given["sizes"] = {(options.image_size, options.image_size): 1.0}
    if "epochs" in given:
        given["minutes"] = None
    elif "minutes" in given:
        given["epochs"] = None
    if "resume" in options:
        config = settings_of(options.resume)
        if given.get("model", config.model) != config.model:
            raise OptionError(f"{options.resume} is a {config.model}: leave out --model")
        if "weights" in given:
            raise OptionError("--resume goes on with its own weights: leave out --weights")
        print(train(replace(config, **given), options.resume))
        return 0
    if "data" not in given:
        raise OptionError("--data is missing: the folder of the pictures to train on")
    config = TrainingConfig(**{"run": Path("runs/train"), **given})
    if (config.run / "last.pt").exists():
        raise OptionError(
            f"{config.run} holds a run already: go on with it by --resume {config.run / 'last.pt'}"
            ", or give another folder with --run"
        )
    print(train(config))
    return 0


def _add_relabel(parser: argparse.ArgumentParser) -> None:
    data_option(parser)
    parser.add_argument("--weights", type=existing_file, default=SHIPPED_MODEL)
    parser.add_argument("--output", type=Path, required=True, help="the .npz to write")
    parser.add_argument("--share", type=share, default=0.5, help="of the prediction in the target")
    parser.set_defaults(run_command=_relabel)


def _relabel(options: argparse.Namespace) -> int:
    from fer_core.training.relabel import relabel

    print(relabel(options.weights, options.data, options.output, options.share))
    return 0


def _add_export(parser: argparse.ArgumentParser) -> None:
    data_option(parser, required=False)
    add = parser.add_argument
    add(
        "--weights",
        type=existing_file,
        required=True,
        help="last.pt or weights.pt of a run, any .pt, or an .onnx written before",
    )
    add("--refiner", type=existing_file, help="the same, of a second network for found faces")
    add("--photo-refiner", type=existing_file, help="the same, of a larger one for photos")
    add("--second-photo-refiner", type=existing_file, help="the same, of one beside it")
    for role in ("refiner", "photo-refiner", "second-photo-refiner"):
        add(f"--{role}-head", type=existing_file, help="a head for it that `heads` wrote")
    add("--landmarks", type=existing_file, help="the .onnx of a network for a face's points")
    add("--eyes", type=existing_file, help="the .onnx of one for open eyes")
    add("--output", type=Path, default=Path("weights"), help="folder to write into")
    add("--name", help="of the model and its file")
    add("--model-version", default="1.0.0")
    add("--int8", action="store_true", help="quantise to 8 bits; needs --data")
    add("--threads", type=count, default=2)
    add("--processes", type=count, default=1, help="that calibrate")
    parser.set_defaults(run_command=_export)


def _export(options: argparse.Namespace) -> int:
    from fer_core.training.export import export

    print(
        export(
            options.weights,
            options.output,
            options.data,
            options.name,
            options.model_version,
            options.int8,
            options.threads,
            _refiners(options),
            options.processes,
            options.landmarks,
            options.eyes,
        )
    )
    return 0


def _refiners(options: argparse.Namespace) -> dict[Role, RefinerFiles]:
    """Return what the options name of refiners.

    Raises:
        OptionError: A head has no network.
    """
    from fer_core.training.export import REFINERS, RefinerFiles

    files = {}
    for role in REFINERS:
        weights, head = (getattr(options, name) for name in (role, f"{role}_head"))
        if weights is not None:
            files[role] = RefinerFiles(weights, head)
        elif head is not None:
            option = role.replace("_", "-")
            raise OptionError(f"--{option}-head needs --{option}, the network that it belongs to")
    return files


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    data_option(parser)
    add = parser.add_argument
    add(
        "--weights",
        type=existing_file,
        default=SHIPPED_MODEL,
        help="model.json or a .pt file",
    )
    add("--output", type=Path, default=Path("runs/evaluate"), help="folder for JSON and HTML")
    add("--scenes", type=count, default=400)
    add("--limit", type=count, help="most pictures of each source, for a quick look")
    add("--threads", type=count, default=2)
    add("--processes", type=count, default=1, help="that look at pictures")
    add("--no-changes", action="store_true", help="leave out changed size, light, blur and so on")
    add("--record", action="store_true", help="write the figures into model.json and MODEL_CARD.md")
    parser.set_defaults(run_command=_evaluate)


def _evaluate(options: argparse.Namespace) -> int:
    if options.record and options.limit and options.limit < LEAST_RECORDED:
        raise OptionError(
            f"--record writes the figures of {LEAST_RECORDED} pictures a set at least: "
            "raise or leave out --limit"
        )
    if options.record and options.weights.suffix != ".json":
        raise OptionError("--record writes into a model.json: give one with --weights")
    from fer_core.training.evaluate import evaluate, record, summary, write_json
    from fer_core.training.report import write_html

    report = evaluate(
        options.weights,
        options.data,
        options.scenes,
        options.limit,
        options.threads,
        changes=not options.no_changes,
        processes=options.processes,
    )
    options.output.mkdir(parents=True, exist_ok=True)
    write_json(options.output / "evaluation.json", report)
    write_html(report, options.data, options.output / "evaluation.html")
    if options.record:
        record(options.weights, report)
    print(summary(report))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
