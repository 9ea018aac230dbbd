"""Command line: check data, train on it, export the result, evaluate what the app will load.

    python -m fer_core.training check --data DIR --sheet sheet.jpg
    python -m fer_core.training train --data DIR --run runs/a --minutes 120
    python -m fer_core.training export --data DIR --weights runs/a/weights.pt --output weights
    python -m fer_core.training evaluate --data DIR --record

On a GPU, train with `--device cuda --workers 14`. A run that was stopped goes on with
`--resume runs/a/last.pt`; a finished one is extended with `--resume runs/a/stable.pt` and more
`--minutes`. Each command tells more with --help.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m fer_core.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_check(commands.add_parser("check", help="look for what is wrong with the data"))
    _add_train(commands.add_parser("train", help="train a model on composed scenes"))
    _add_relabel(commands.add_parser("relabel", help="soften doubtful labels by a model's eye"))
    _add_export(commands.add_parser("export", help="write the ONNX file and its model.json"))
    _add_evaluate(commands.add_parser("evaluate", help="measure a model as the app runs it"))
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    return int(options.run_command(options))


def _add_data(parser: argparse.ArgumentParser, required: bool = True) -> None:
    text = "folder with labels.csv and its archives, or with an Ultralytics data.yaml"
    parser.add_argument("--data", type=Path, required=required, help=text)


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    parser.add_argument("--sheet", type=Path, help="write a contact sheet here (.jpg)")
    parser.set_defaults(run_command=_check)


def _check(options: argparse.Namespace) -> int:
    from fer_core.training.check import check, describe

    result = check(options.data, options.sheet)
    print(describe(result))
    return 0 if result.is_clean else 1


def _add_train(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    add = parser.add_argument
    add("--run", type=Path, default=Path("runs/train"), help="checkpoints, log, curves go here")
    add("--model", default="yolov9t", choices=("yolov9t", "yolov9s", "yolov9m", "yolov9c"))
    add("--weights", type=Path, help="a .pt file to start from")
    add("--image-size", type=int, help="one square input size in place of the mix")
    add("--minutes", type=float, help="training time in all, resumed parts included (60)")
    add("--epochs", type=float, help="in place of minutes: passes over the training faces")
    add("--cooldown", type=float, default=0.25, help="share of the run in which the rate falls")
    add("--learning-rate", type=float, default=1.5e-3)
    add("--device", default="cpu", help="cpu, cuda or cuda:0")
    add("--workers", type=int, default=0, help="processes that make scenes")
    add("--threads", type=int, help="torch's threads on the CPU")
    add("--seed", type=int, default=0)
    add("--targets", type=Path, help=".npz of relabel")
    add("--resume", type=Path, help="last.pt or stable.pt of a run, to go on from")
    parser.set_defaults(run_command=_train)


def _train(options: argparse.Namespace) -> int:
    from fer_core.training.batches import SIZES
    from fer_core.training.train import TrainingConfig, train

    size = options.image_size
    config = TrainingConfig(
        data=options.data,
        run=options.run,
        model=options.model,
        weights=options.weights,
        minutes=options.minutes or (None if options.epochs else 60.0),
        epochs=options.epochs,
        cooldown=options.cooldown,
        learning_rate=options.learning_rate,
        device=options.device,
        workers=options.workers,
        threads=options.threads,
        seed=options.seed,
        targets=options.targets,
        sizes={(size, size): 1.0} if size else dict(SIZES),
    )
    print(train(config, options.resume))
    return 0


def _add_relabel(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    parser.add_argument("--weights", type=Path, default=Path("weights/model.json"))
    parser.add_argument("--output", type=Path, required=True, help="the .npz to write")
    parser.add_argument("--share", type=float, default=0.5, help="of the prediction in the target")
    parser.set_defaults(run_command=_relabel)


def _relabel(options: argparse.Namespace) -> int:
    from fer_core.training.relabel import relabel

    print(relabel(options.weights, options.data, options.output, options.share))
    return 0


def _add_export(parser: argparse.ArgumentParser) -> None:
    _add_data(parser, required=False)
    add = parser.add_argument
    add("--weights", type=Path, required=True, help="last.pt or weights.pt of a run, or any .pt")
    add("--output", type=Path, default=Path("weights"), help="folder to write into")
    add("--name", help="of the model and its file")
    add("--model-version", default="1.0.0")
    add("--int8", action="store_true", help="quantise to 8 bits; needs --data")
    add("--threads", type=int, default=2)
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
        )
    )
    return 0


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    _add_data(parser)
    add = parser.add_argument
    add("--weights", type=Path, default=Path("weights/model.json"), help="model.json or a .pt file")
    add("--output", type=Path, default=Path("runs/evaluate"), help="folder for JSON and HTML")
    add("--scenes", type=int, default=400)
    add("--limit", type=int, help="most pictures of each source, for a quick look")
    add("--threads", type=int, default=2)
    add("--no-changes", action="store_true", help="leave out changed size, light, blur and so on")
    add("--record", action="store_true", help="write the figures into model.json and MODEL_CARD.md")
    parser.set_defaults(run_command=_evaluate)


def _evaluate(options: argparse.Namespace) -> int:
    from fer_core.training.evaluate import evaluate, record, summary, write_json
    from fer_core.training.report import write_html

    report = evaluate(
        options.weights,
        options.data,
        options.scenes,
        options.limit,
        options.threads,
        changes=not options.no_changes,
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
