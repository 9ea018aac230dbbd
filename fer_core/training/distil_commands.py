"""Commands of distillation: negatives to refine, heads, turn, landmarks, states, blend."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from fer_core.config import PROJECT_ROOT
from fer_core.training.errors import OptionError
from fer_core.training.option_types import count, data_option, existing_file, positive, share

FOLDER = Path("runs/distil")
AddSubcommand = Callable[..., argparse.ArgumentParser]


def add_commands(add: AddSubcommand) -> None:
    """Add the commands.

    Args:
        add: `add_parser` of the parser's subcommands.
    """
    _add_negatives(add("negatives", help="make pictures without faces, to learn from"))
    _add_points(add("points", help="turn the meshes of landmark_teacher into points"))
    _add_prepare(add("prepare", help="decode every face once, for teach and refine"))
    _add_teach(add("teach", help="train teachers, and write what they see as soft targets"))
    _add_refine(add("refine", help="train refiners on the soft targets"))
    _add_heads(add("heads", help="fit heads that name the expression, on one core"))
    _add_turn(add("turn", help="turn faces by known angles, for landmarks"))
    _add_landmarks(add("landmarks", help="train the network that finds a face's points"))
    _add_states(add("states", help="fit how a face looks to an onlooker: bored, little engaged"))
    _add_finish(add("finish", help="a mean of two landmark networks, bias out, in 8 bits"))
    _add_blend(add("blend", help="the mean of a network before and after its training"))


def _add_negatives(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--output", type=Path, required=True, help="negatives.zip of a data folder")
    add("--count", type=count, default=1500)
    add("--seed", type=int, default=0)
    parser.set_defaults(run_command=_negatives)


def _negatives(options: argparse.Namespace) -> int:
    from fer_core.training.negatives import write_negatives

    print(write_negatives(options.output, options.count, options.seed))
    return 0


def _add_folder(parser: argparse.ArgumentParser) -> None:
    data_option(parser)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="crops and targets are here")


def _add_points(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--meshes", type=Path, required=True, help="folder of landmark_teacher's files")
    add("--table", type=Path, required=True, help="csv with points that people have set")
    add("--output", type=Path, required=True, help="folder to write, for prepare --landmarks")
    parser.set_defaults(run_command=_points)


def _points(options: argparse.Namespace) -> int:
    from fer_core.training.landmark_points import compact

    print(compact(options.meshes, options.table, options.output))
    return 0


def _add_turn(parser: argparse.ArgumentParser) -> None:
    data_option(parser)
    add = parser.add_argument
    add("--meshes", type=Path, required=True, help="folder of landmark_teacher's files")
    add("--points", type=Path, required=True, help="folder that points wrote")
    add("--output", type=Path, required=True, help="folder to write, for landmarks --turned")
    add("--share", type=positive, default=1.0, help="of the usual number of faces (1)")
    add("--seed", type=int, default=0)
    parser.set_defaults(run_command=_turn)


def _turn(options: argparse.Namespace) -> int:
    from fer_core.training.distil import write_turned_faces

    arguments = options.data, options.meshes, options.points, options.output
    print(write_turned_faces(*arguments, options.share, options.seed))
    return 0


def _add_landmarks(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    add = parser.add_argument
    add("--run", type=Path, required=True, help="weights and figures go here")
    add("--minutes", type=positive, default=5.0, help="(5, on a GPU)")
    add("--batch", type=count, default=1024, help="crops a step")
    add("--seed", type=int, default=0)
    add("--learning-rate", type=positive, default=3e-3)
    add("--weights", type=existing_file, help="a landmarks.pt to go on from")
    add("--turned", type=Path, help="folder that turn wrote")
    add("--device", default="cpu", help="cpu, cuda or cuda:0 (cpu)")
    add("--onnx", type=Path, help="write the network there as well, as the app loads it")
    parser.set_defaults(run_command=_landmarks)


def _landmarks(options: argparse.Namespace) -> int:
    from fer_core.training.devices import device_of
    from fer_core.training.distil import train_landmark_network
    from fer_core.training.landmark_network import load
    from fer_core.training.landmark_training import WEIGHTS, LandmarkConfig
    from fer_core.training.onnx_files import landmarks_to_onnx

    config = LandmarkConfig(
        options.run,
        60 * options.minutes,
        options.batch,
        options.learning_rate,
        seed=options.seed,
        weights=options.weights,
        warm_up=40 if options.weights else 300,
    )
    device = device_of(options.device)
    print(train_landmark_network(options.data, options.folder, config, device, options.turned))
    if options.onnx:
        landmarks_to_onnx(load(options.run / WEIGHTS), options.onnx)
        print(options.onnx)
    return 0


def _add_states(parser: argparse.ArgumentParser) -> None:
    data_option(parser)
    add = parser.add_argument
    weights = PROJECT_ROOT / "weights"
    add("--landmarks", type=existing_file, default=weights / "fer-landmarks.onnx")
    add("--eyes", type=existing_file, default=weights / "fer-eyes.onnx")
    add("--output", type=Path, required=True, help="JSON file to write, as the app loads it")
    parser.set_defaults(run_command=_states)


def _states(options: argparse.Namespace) -> int:
    from fer_core.training.states import write_heads

    write_heads(options.data, options.landmarks, options.eyes, options.output)
    print(options.output)
    return 0


def _add_finish(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    add = parser.add_argument
    add("--before", type=existing_file, required=True, help="a landmarks.pt")
    add("--after", type=existing_file, required=True, help="one trained on from it")
    add("--share", type=share, default=0.7, help="of the latter (0.7)")
    add("--output", type=Path, required=True, help="the .pt to write")
    add("--onnx", type=Path, help="write the network there as well, in 8 bits, as the app loads it")
    parser.set_defaults(run_command=_finish)


def _finish(options: argparse.Namespace) -> int:
    from fer_core.training.landmark_finish import finish
    from fer_core.training.landmark_training import save
    from fer_core.training.onnx_files import landmarks_to_onnx

    paths = options.data, options.folder, options.before, options.after
    network, examples = finish(*paths, options.share)
    save(network, options.output)
    if options.onnx:
        landmarks_to_onnx(network, options.onnx, examples)
    print(options.onnx or options.output)
    return 0


def _add_prepare(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    add = parser.add_argument
    add("--landmarks", type=Path, help="folder of landmark_teacher's files")
    add("--processes", type=count, default=1, help="that decode")
    add("--source", action="append", help="only this data set; may be repeated")
    add("--limit", type=count, help="most pictures of each set and split, for little memory")
    parser.set_defaults(run_command=_prepare)


def _prepare(options: argparse.Namespace) -> int:
    from fer_core.training.distil import prepare

    arguments = options.data, options.folder, options.landmarks, options.processes
    print(prepare(*arguments, options.source, options.limit))
    return 0


def _add_teach(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    add = parser.add_argument
    add("--minutes", type=positive, default=5.0, help="of all teachers together (on a GPU)")
    add("--folds", type=count, default=3, help="teachers; each leaves out one part")
    add("--batch", type=count, default=768, help="faces a step")
    add("--width", type=count, default=64, help="channels of the teachers' first stage")
    add("--device", default="cpu", help="cpu, cuda or cuda:0 (cpu)")
    parser.set_defaults(run_command=_teach)


def _teach(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from fer_core.training.devices import device_of
    from fer_core.training.distil import teach_targets
    from fer_core.training.teacher import TeacherConfig, scaled

    config = scaled(TeacherConfig(), 60 * options.minutes)
    config = replace(config, folds=options.folds, batch=options.batch, width=options.width)
    print(teach_targets(options.data, options.folder, config, device_of(options.device)))
    return 0


def _add_refine(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    add = parser.add_argument
    add("--run", type=Path, required=True, help="weights and figures go here, below each's use")
    add(
        "--refiner",
        action="append",
        required=True,
        metavar="USE:MODEL[:WEIGHTS]",
        help="video or photo, an architecture, a .pt or .onnx file to start from; may be repeated",
    )
    add("--minutes", type=positive, default=10.0, help="of all together (on a GPU)")
    add("--images", type=count, default=768, help="of 128 px, a step")
    add("--learning-rate", type=positive, default=2e-3)
    add("--strength", type=share, default=1.0, help="of the augmentations (1)")
    add("--own", type=share, default=0.0, help="of its first answer to the whole picture (0)")
    add("--teacher", type=existing_file, help="a larger refiner, which sees the same crops")
    add("--taught", type=share, default=0.8, help="of what the teacher sees (0.8)")
    add("--cut", type=share, default=0.75, help="of the pictures are cut, to 1-2 face lengths")
    add("--fold", action="store_true", help="norms into convolutions: quicker, for few pictures")
    add("--seed", type=int, default=0)
    add("--device", default="cpu", help="cpu, cuda or cuda:0 (cpu)")
    parser.set_defaults(run_command=_refine)


def _refine(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from fer_core.training import refine
    from fer_core.training.devices import device_of
    from fer_core.training.distil import train_refiners

    configs = []
    for number, text in enumerate(options.refiner):
        use, model, weights = (*text.split(":", 2), "")[:3]
        if use not in refine.USES:
            raise OptionError(f"--refiner {text}: {use!r} is none of {', '.join(refine.USES)}")
        sides, framing, look = refine.USES[use]
        configs.append(
            refine.RefinerConfig(
                output=options.run / use,
                model=model,
                weights=Path(weights) if weights else None,
                pixels=options.images * 128 * 128,
                sides=sides,
                framing=replace(framing, cut=options.cut),
                look=look,
                own=options.own,
                teacher=options.teacher,
                taught=options.taught,
                folds=options.fold,
                strength=options.strength,
                learning_rate=options.learning_rate,
                seed=options.seed + number,
            )
        )
    device = device_of(options.device)
    train_refiners(options.data, options.folder, configs, 60 * options.minutes, device)
    print(*(config.output / refine.WEIGHTS for config in configs), sep="\n")
    return 0


def _add_blend(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--before", type=existing_file, required=True, help="a .pt or .onnx file")
    add("--after", type=existing_file, required=True, help="one trained on from it")
    add("--share", type=share, default=0.75, help="of the latter (0.75)")
    add("--natural", type=float, default=0.0, help="added to the logits of Natural (0)")
    add("--output", type=Path, required=True, help="the .pt to write")
    parser.set_defaults(run_command=_blend)


def _blend(options: argparse.Namespace) -> int:
    from fer_core.emotions import Emotion
    from fer_core.training import network as networks
    from fer_core.training.blend import blended_network, shift_prior

    before, after = networks.load(options.before), networks.load(options.after)
    network = blended_network(before, after, options.share)
    shift_prior(network, Emotion.NATURAL, options.natural)
    networks.save_state(network, networks.key(network), options.output)
    print(options.output)
    return 0


def _add_heads(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    add = parser.add_argument
    add("--use", choices=("video", "photo"), default="photo", help="(photo)")
    add(
        "--weights",
        type=existing_file,
        action="append",
        required=True,
        help="a .pt or .onnx file of a refiner; if repeated, the mean of all is fitted",
    )
    add("--output", type=Path, required=True, help="folder; each head is named as its weights")
    add("--faces", type=count, default=40_000, help="to learn from (40000)")
    add("--epochs", type=positive, default=6.0, help="over them, each in three views (6)")
    add("--learning-rate", type=positive, default=1e-3, help="(0.001)")
    add("--natural", type=float, default=0.15, help="added to the logits of Natural (0.15)")
    add("--seed", type=int, default=0)
    parser.set_defaults(run_command=_heads)


def _heads(options: argparse.Namespace) -> int:
    from fer_core.training.expression_head import save_head
    from fer_core.training.fit_heads import HeadsConfig, fit_heads

    config = HeadsConfig(
        options.use,
        options.faces,
        options.epochs,
        options.learning_rate,
        natural=options.natural,
        seed=options.seed,
    )
    heads = fit_heads(options.data, options.folder, options.weights, config)
    options.output.mkdir(parents=True, exist_ok=True)
    for head, weights in zip(heads, options.weights, strict=True):
        path = options.output / f"{weights.stem}.head.pt"
        save_head(head, path)
        print(path)
    return 0
