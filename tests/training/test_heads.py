"""Heads that name the expression by all that a network knows of a face."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("ultralytics")

import onnxruntime  # noqa: E402 - after the skips
from torch import nn  # noqa: E402

from fer_core.emotions import Emotion  # noqa: E402
from fer_core.training import network as networks  # noqa: E402
from fer_core.training.__main__ import main  # noqa: E402
from fer_core.training.crop_augmentation import covered  # noqa: E402
from fer_core.training.crop_files import NO_FACE, open_crops  # noqa: E402
from fer_core.training.crop_placement import Tensor  # noqa: E402
from fer_core.training.distil import CROPS, prepare  # noqa: E402
from fer_core.training.expression_head import (  # noqa: E402
    ExpressionHead,
    HeadedNetwork,
    head_in,
    load_head,
    save_head,
    see,
    shift_head_prior,
)
from fer_core.training.faster_graph import make_faster  # noqa: E402
from fer_core.training.fit_heads import (  # noqa: E402
    VIEWS,
    HeadsConfig,
    Known,
    Shown,
    fitted,
    look_at,
    shaken,
    sharpen,
)
from fer_core.training.onnx_files import store_in_half, to_onnx  # noqa: E402

WEIGHTS = Path(__file__).parents[2] / "weights"
CONFIG = HeadsConfig("video", 100, 4.0, 3e-3)
IMAGES = torch.rand(2, 3, 128, 128, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def network() -> nn.Module:
    torch.manual_seed(0)
    return networks.build("yolov9t").eval()


@pytest.fixture(scope="module")
def head(network: nn.Module) -> ExpressionHead:
    """A head whose answer depends on every feature."""
    torch.manual_seed(1)
    with torch.inference_mode():
        features = see(network, IMAGES).features
    made = ExpressionHead(features.shape[1])
    made.mean.copy_(features.mean(0))
    nn.init.normal_(made.layers.get_parameter("4.weight"), std=0.3)
    return made.eval()


def test_a_head_shares_out_what_the_network_is_sure_of(
    network: nn.Module, head: ExpressionHead
) -> None:
    plain, headed = (
        networks.predict(each, IMAGES) for each in (network, HeadedNetwork(network, head))
    )
    assert torch.equal(headed[:, :4], plain[:, :4])
    sure = plain[:, 4:].sum(1)
    assert torch.allclose(headed[:, 4:].sum(1), sure.clamp(max=1), atol=1e-6)
    shares = headed[:, 4:] / headed[:, 4:].sum(1, keepdim=True)
    assert torch.allclose(shares, shares[..., :1].expand_as(shares), atol=1e-5)  # of one face
    with torch.inference_mode():
        seen = see(network, IMAGES)
        assert torch.allclose(shares[..., 0], head(seen.features, seen.votes).softmax(1), atol=1e-5)


def test_votes_are_those_of_the_surest_anchors(network: nn.Module) -> None:
    with torch.inference_mode():
        seen = see(network, IMAGES)
    scores = seen.output[:, 4:]
    sure = scores.sum(1)
    for votes, sureness, of_image, of_class in zip(
        seen.votes, seen.sureness, sure, scores, strict=True
    ):
        voting = of_image > 0.5 * of_image.max()
        weights = of_image[voting] / of_image[voting].sum()
        assert torch.allclose(votes, of_class[:, voting].logit() @ weights, atol=1e-4)
        assert torch.allclose(sureness, of_image[voting] @ weights, atol=1e-5)


def test_the_file_answers_as_network_and_head_do(
    network: nn.Module, head: ExpressionHead, tmp_path: Path
) -> None:
    file = tmp_path / "headed.onnx"
    to_onnx(network, file, head)
    store_in_half(file)
    make_faster(file)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    for side in (128, 160):
        images = torch.rand(3, 3, side, side, generator=torch.Generator().manual_seed(side))
        expected = networks.predict(HeadedNetwork(network, head), images).numpy()
        given = session.run(None, {"images": images.numpy()})[0]
        assert np.abs(given[:, 4:] - expected[:, 4:]).max() < 2e-3
        assert np.abs(given[:, :4] - expected[:, :4]).max() < 0.5
        least = np.array([float(expected[:, 4:].sum(1).max()) * 0.9], np.float32)
        some = session.run(None, {"images": images.numpy(), "least": least})[0]
        assert np.array_equal(some[:, 4:], given[:, 4:])
        asked = given[:, 4:].sum(1) >= least[0]
        assert asked.any()
        assert np.array_equal(some.transpose(0, 2, 1)[asked], given.transpose(0, 2, 1)[asked])


def test_what_ships_is_written_again_as_it_is(tmp_path: Path) -> None:
    detector, refiner = (WEIGHTS / f"fer-yolov9t{each}.onnx" for each in ("", "-refiner"))
    assert head_in(detector) is None
    assert head_in(refiner) is not None
    given = ["--weights", str(detector), "--refiner", str(refiner)]
    assert main(["export", *given, "--output", str(tmp_path)]) == 0
    expected = networks.stored_in(refiner)
    written = networks.stored_in(tmp_path / refiner.name)
    assert written.keys() == expected.keys()
    assert all(torch.equal(written[name], value) for name, value in expected.items())


def example(count: int = 400) -> tuple[list[Shown], Known, Tensor]:
    """Two networks, each of which sees two fifths of the classes; the votes tell nothing."""
    torch.manual_seed(0)
    classes = torch.arange(count) % 5
    shown = []
    for known_to_it in ((0, 1, 2), (2, 3, 4)):
        features = 0.3 * torch.randn(2, count, 6)
        for place, each in enumerate(known_to_it):
            features[:, :, place] += 2.0 * (classes == each)
        shown.append(Shown(features.half(), torch.zeros(2, count, 5), torch.full((2, count), 0.9)))
    kept = torch.arange(count) % 4 == 0
    drawn = torch.where(kept, 0.0, 1.0) / (~kept).sum()
    targets = 0.9 * torch.eye(5)[classes] + 0.02
    return shown, Known(targets, torch.ones(count), drawn, kept, classes), classes


def test_heads_of_several_networks_are_right_together() -> None:
    shown, known, classes = example()
    heads = fitted(shown, known, HeadsConfig("video", 300, 60.0, 1e-2))
    with torch.inference_mode():
        alone = [
            head(each.features[0].float(), each.votes[0])
            for head, each in zip(heads, shown, strict=True)
        ]
    right = [
        float((logits.argmax(1) == classes)[known.kept].float().mean())
        for logits in (*alone, torch.stack(alone).mean(0))
    ]
    assert max(right[:2]) < 0.9
    assert right[2] > 0.95


def test_what_is_kept_out_is_not_learnt() -> None:
    shown, known, classes = example()
    wrong = known._replace(targets=known.targets.clone())
    wrong.targets[known.kept] = torch.eye(5)[(classes[known.kept] + 1) % 5]
    config = HeadsConfig("video", 300, 4.0, 1e-2)
    first, second = (fitted(shown, each, config)[0].state_dict() for each in (known, wrong))
    assert all(torch.equal(value, second[name]) for name, value in first.items())


@pytest.mark.parametrize("boldness", [0.6, 1.0, 1.6])
def test_sharpness_makes_probabilities_right_as_the_app_reads_them(boldness: float) -> None:
    torch.manual_seed(0)
    count, temperature = 4000, 0.7
    logits = 2 * torch.randn(count, 5)
    labels = torch.multinomial(logits.softmax(1), 1)[:, 0]
    votes = boldness * logits
    shown = Shown(torch.zeros(1, count, 3).half(), votes[None], torch.full((1, count), 0.9))
    everyone = torch.ones(count, dtype=torch.bool)
    known = Known(torch.eye(5)[labels], torch.ones(count), torch.zeros(count), everyone, labels)
    head = ExpressionHead(3).eval()
    sharpen([head], [shown], known, temperature)
    scores = 0.9 * (float(head.sharpness) * votes).softmax(1)
    read = (scores.clamp(1e-6, 1 - 1e-6).logit() / temperature).softmax(1)
    sure = read.amax(1)
    right = (read.argmax(1) == labels).float()
    assert float(sure.mean()) == pytest.approx(float(right.mean()), abs=0.03)


def test_a_shifted_prior_multiplies_the_odds_of_its_class(head: ExpressionHead) -> None:
    plain, shifted = deepcopy(head), deepcopy(head)
    for each in (plain, shifted):
        each.sharpness.fill_(1.3)
    shift_head_prior(shifted, Emotion.NATURAL, 0.2)
    features, votes = torch.randn(9, len(head.mean)), torch.randn(9, 5)
    with torch.inference_mode():
        before, after = (each(features, votes).softmax(1) for each in (plain, shifted))
    natural = Emotion.NATURAL.index
    odds = [each[:, natural] / (1 - each[:, natural]) for each in (before, after)]
    assert torch.allclose(odds[1], odds[0] * np.exp(0.2), rtol=1e-4)
    others = [each[:, [0, 1, 3, 4]] / (1 - each[:, [natural]]) for each in (before, after)]
    assert torch.allclose(*others, atol=1e-5)


def test_boxes_lie_about_the_labelled_ones_as_a_detectors_do() -> None:
    boxes = np.tile(np.array([[40, 30, 120, 130]], np.float32), (2000, 1))
    found = shaken(boxes, np.random.default_rng(0))
    sides = found[:, 2:] - found[:, :2]
    off = (found[:, :2] + found[:, 2:]) / 2 - [80, 80]
    assert np.abs(off.mean(0)).max() < 0.5
    assert off.std(0) == pytest.approx([0.06 * 80, 0.06 * 100], rel=0.1)
    assert np.log(sides / [80, 100]).std(0) == pytest.approx([0.124, 0.124], rel=0.1)
    assert (sides[:, 0] / sides[:, 1]).std() < 0.05


def test_views_are_as_the_app_sees_a_face_cut_and_covered(
    archives: Path, tmp_path: Path, network: nn.Module
) -> None:
    prepare(archives, tmp_path, None, 1, limit=4)
    crops = open_crops(tmp_path / CROPS)
    faces = np.flatnonzero([row.face != NO_FACE for row in crops.rows])
    once, again = ([look_at(network, crops, faces, CONFIG, each) for each in VIEWS] for _ in "ab")
    for view, same in zip(once, again, strict=True):
        assert all(map(torch.equal, view, same))
        assert view[0].shape == (len(faces), see(network, IMAGES).features.shape[1])
    whole, *others = (view[0] for view in once)
    assert not any(torch.equal(whole, other) for other in others)


def test_mouths_are_covered_and_eyes_are_not() -> None:
    torch.manual_seed(0)
    images = torch.tensor([0.8, 0.6, 0.4])[None, :, None, None].expand(400, 3, 64, 64)
    changed = covered(images, torch.tensor([[12.0, 8.0, 52.0, 56.0]]).expand(400, 4)) - images
    there = changed.abs().amax(1) > 1e-3
    assert float(there[:, 45:47, 31:33].float().mean()) > 0.85  # the mouth of such a box
    assert float(there[:, 8:24].float().mean()) < 0.05  # brow and eyes
    shades = covered(images, torch.tensor([[12.0, 8.0, 52.0, 56.0]]).expand(400, 4))[..., 46, 32]
    of_the_face = (shades / shades[:, :1] - torch.tensor([1, 0.75, 0.5])).abs().amax(1) < 1e-3
    assert 0.55 < float(of_the_face.float().mean()) < 0.85


def test_the_command_writes_a_head_named_as_its_network(
    archives: Path, tmp_path: Path, network: nn.Module, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(archives, tmp_path, None, 1)
    weights, output = tmp_path / "refiner.pt", tmp_path / "heads"
    networks.save_state(network, "yolov9t", weights)
    folder = ["--data", str(archives), "--folder", str(tmp_path)]
    how = ["--use", "video", "--weights", str(weights), "--output", str(output), "--epochs", "2"]
    assert main(["heads", *folder, *how]) == 0
    file = output / "refiner.head.pt"
    assert capsys.readouterr().out.split() == [str(file)]
    fresh = ExpressionHead(len(load_head(file).mean)).state_dict()
    learnt = load_head(file).state_dict()
    assert not torch.equal(learnt["layers.4.weight"], fresh["layers.4.weight"])
    assert main(["heads", *folder, *how, "--natural", "1.15"]) == 0
    shifted = load_head(file).state_dict()
    moved = (shifted["layers.4.bias"] - learnt["layers.4.bias"]) * learnt["sharpness"]
    assert torch.allclose(moved, torch.tensor([0.0, 0.0, 1.0, 0.0, 0.0]), atol=1e-5)


def test_a_file_that_is_no_head_is_refused(tmp_path: Path, head: ExpressionHead) -> None:
    file = tmp_path / "a.head.pt"
    save_head(head, file)
    assert all(map(torch.equal, load_head(file).state_dict().values(), head.state_dict().values()))
    file.write_bytes(b"no head")
    arguments = ["--weights", str(file), "--output", str(tmp_path / "model")]
    assert main(["export", *arguments, "--photo-refiner-head", str(file)]) == 2
    assert main(["export", *arguments, "--photo-refiner", str(file)]) == 2
