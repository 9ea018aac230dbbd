"""From crops over teachers to a refiner, on drawn faces."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("ultralytics")

from torch.nn import functional  # noqa: E402

from fer_core.training import crop_augmentation as augmentation  # noqa: E402 - after the skips
from fer_core.training import distil, teacher  # noqa: E402
from fer_core.training import network as networks  # noqa: E402
from fer_core.training.__main__ import main  # noqa: E402
from fer_core.training.contact_sheet import COLUMNS, HEIGHT_PX, WIDTH_PX  # noqa: E402
from fer_core.training.crop_files import NO_FACE, SIDE, open_crops  # noqa: E402
from fer_core.training.crop_placement import Crops, Framing, framed, placed  # noqa: E402
from fer_core.training.crop_reading import read_crops, read_images  # noqa: E402
from fer_core.training.crop_sampler import (  # noqa: E402
    CropSampler,
    drawing_weights,
    selection,
)
from fer_core.training.distil import all_pictures, prepare  # noqa: E402
from fer_core.training.doubtful_labels import write_doubtful  # noqa: E402
from fer_core.training.face_crops import SPAN  # noqa: E402
from fer_core.training.faceless import MAKERS  # noqa: E402
from fer_core.training.faces import LabelledFace, LabelledPicture, one_hot  # noqa: E402
from fer_core.training.negatives import made, write_negatives  # noqa: E402
from fer_core.training.refine import (  # noqa: E402
    USES,
    VIDEO_LOOK,
    RefinerConfig,
    with_own,
    with_teacher,
)
from fer_core.training.soft_targets import read_targets  # noqa: E402


@pytest.fixture(scope="module")
def negatives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("negatives") / "negatives.zip"
    write_negatives(path, 4)
    return path


@pytest.fixture
def data(archives: Path, negatives: Path) -> Path:
    shutil.copy(negatives, archives)
    return archives


def test_made_pictures_are_the_same_for_the_same_seed() -> None:
    for number in range(len(MAKERS)):
        assert np.array_equal(made(number, 1), made(number, 1))
        assert not np.array_equal(made(number, 1), made(number, 2))


def test_negatives_are_pictures_in_an_archive(tmp_path: Path) -> None:
    count = write_negatives(tmp_path / "negatives.zip", 3)
    with zipfile.ZipFile(tmp_path / "negatives.zip") as archive:
        names = archive.namelist()
        stored = np.frombuffer(archive.read(names[0]), np.uint8)
    assert len(names) == count >= 3
    assert cv2.imdecode(stored, cv2.IMREAD_COLOR) is not None


def test_crops_show_every_face_at_one_size_and_pieces_without_any(
    data: Path, tmp_path: Path
) -> None:
    prepare(data, tmp_path, None, 2)
    crops = open_crops(tmp_path / "crops")
    faces = np.array([row.face != NO_FACE for row in crops.rows])
    lengths = (crops.boxes[:, 2:] - crops.boxes[:, :2]).max(axis=1)
    assert faces.sum() == 30
    assert lengths[faces] == pytest.approx(SIDE / SPAN)
    assert (~faces).sum() > 0
    assert not crops.boxes[~faces].any()


def one_crop(box: tuple[float, float, float, float]) -> Crops:
    """A black crop whose box is white."""
    pixels = np.zeros((1, SIDE, SIDE, 4), np.uint8)
    pixels[..., 3] = 255
    x0, y0, x1, y1 = (int(value) for value in box)
    pixels[0, y0:y1, x0:x1, :3] = 255
    return Crops(torch.from_numpy(pixels), torch.tensor([box]))


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_box_goes_where_the_face_goes(mirrored: bool) -> None:
    crop = one_crop((70.0, 60.0, 120.0, 140.0))
    framing = Framing((1.8, 1.8), shift=0.3, roll=(0, 0, 0), narrow=0.1)
    images, boxes = framed(crop, 128, framing, torch.zeros(1, 3, 128, 128), mirrored)
    rows, columns = np.nonzero(images[0, 0].numpy() > 0.5)
    found = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert boxes[0].numpy() == pytest.approx(np.array(found), abs=1.5)


def test_what_lies_outside_a_picture_is_filled() -> None:
    crop = one_crop((70.0, 60.0, 120.0, 140.0))
    crop.pixels[..., :40, :, 3] = 0
    framing = Framing((2.4, 2.4), shift=0.0, roll=(0, 0, 0), narrow=0.0)
    fill = torch.full((1, 3, 96, 96), 0.5)
    images, _ = framed(crop, 96, framing, fill, False)
    assert float(images[0, :, :10].mean()) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("own_margin", [30, 60])  # pixels beside the face's box: .6 and 1.2 of it
def test_pictures_of_every_collection_are_cut_to_the_same_margins(own_margin: int) -> None:
    torch.manual_seed(0)
    x0, x1 = 79.0, 129.0
    crop, count, face = one_crop((x0, x0, x1, x1)), 300, 60.0
    first, last = int(x0) - own_margin, int(x1) + own_margin
    crop.pixels[..., :3] = 255
    crop.pixels[..., 3] = 0
    crop.pixels[:, first:last, first:last, 3] = 255
    many = Crops(crop.pixels.expand(count, -1, -1, -1), crop.boxes.expand(count, -1))
    framing = Framing((2.0, 2.0), shift=0.0, roll=(0, 0, 0), narrow=0.0, cut=1.0)
    images, _ = framed(many, 120, framing, torch.zeros(count, 3, 120, 120), False)
    lengths = np.sort((images[:, 0] > 0.5).sum(-1).amax(1).numpy() / face)
    assert lengths[0] == pytest.approx(0.9, abs=0.1)
    assert np.median(lengths) == pytest.approx(2**0.5, abs=0.1)
    assert lengths[-1] == pytest.approx(2.0, abs=0.1)
    assert (lengths < 1.25).mean() == pytest.approx(0.32, abs=0.08)


def test_refiners_learn_from_cut_pictures_and_most_of_them_are_cut() -> None:
    crop = one_crop((79.0, 79.0, 129.0, 129.0))
    boxes = crop.boxes.expand(400, -1)
    for _, framing, _ in USES.values():
        cut = placed(boxes, 128, framing).seen.isfinite().all(1)
        assert 0.5 < float(cut.float().mean()) < 0.95  # an uncut one is seen as well


def test_mild_compression_changes_little_and_strong_compression_more() -> None:
    ramp = torch.linspace(0, 1, 64).expand(1, 3, 64, 64)
    changes = [
        float((augmentation.compressed(ramp, torch.tensor([quality])) - ramp).abs().mean())
        for quality in (95.0, 10.0)
    ]
    assert changes[0] < 0.01 < changes[1]


def test_every_change_keeps_images_in_range() -> None:
    images = torch.rand(6, 3, 64, 64)
    changed = augmentation.degraded(augmentation.relit(images, 1.0), 1.0)
    assert changed.shape == images.shape
    assert float(changed.min()) >= 0
    assert float(changed.max()) <= 1


def test_sources_and_classes_are_drawn_by_weight() -> None:
    sources, classes = ["ferplus"] * 10 + ["students"] * 2, np.array([0] * 9 + [1] + [2] * 2)
    weights = drawing_weights(sources, classes, np.ones(12, bool))
    assert weights.sum() == pytest.approx(1)
    assert weights[9] > weights[0]  # the rarer class
    assert weights[:10].sum() > weights[10:].sum()


def test_pictures_that_share_a_group_with_val_are_not_learnt(data: Path, tmp_path: Path) -> None:
    prepare(data, tmp_path, None, 1)
    crops, pictures = open_crops(tmp_path / "crops"), all_pictures(data)
    usable, kept_out = selection(crops, pictures)
    before = (usable | kept_out).sum()
    trained = next(each for each in pictures.values() if each.split == "train" and each.faces)
    face = LabelledFace((0, 0, 9, 9), one_hot(0))
    twin = LabelledPicture("other", "x", "val", trained.container, (face,), trained.unit)
    usable, kept_out = selection(crops, pictures | {("other", "x"): twin})
    assert (usable | kept_out).sum() == before - 1


def test_labels_held_for_wrong_are_listed_and_shown(data: Path, tmp_path: Path) -> None:
    prepare(data, tmp_path, None, 1)
    crops = open_crops(tmp_path / "crops")
    numbers = np.flatnonzero([row.face != NO_FACE for row in crops.rows])[[7, 2]]
    labels, answers, shares = np.array([3, 0]), np.array([2, 1]), np.array([0.8, 0.6], np.float32)
    write_doubtful(tmp_path, crops, numbers, labels, answers, shares)
    listed = (tmp_path / "doubtful.csv").read_text().splitlines()
    row = crops.rows[numbers[0]]
    assert listed[1] == f"{row.source},{row.name},{row.face},Sad,Natural,0.800"
    assert listed[2].endswith(",Angry,Happy,0.600")
    sheet = cv2.imread(str(tmp_path / "doubtful.jpg"))
    assert sheet is not None
    assert sheet.shape == (HEIGHT_PX, COLUMNS * WIDTH_PX, 3)
    first, second, empty = (sheet[:, at * WIDTH_PX : (at + 1) * WIDTH_PX] for at in range(3))
    assert empty.max() < 30 < min(first.max(), second.max())
    # Nothing of what continues a picture beyond its edges: here it would be all of the tile.
    crop = crops.parts[0][0].copy()
    crop[..., :3], crop[..., 3] = 255, 0
    crop[80:120, 80:120] = (0, 0, 0, 255)
    beyond = replace(crops, parts=(crop[None],))
    write_doubtful(tmp_path, beyond, np.array([0]), labels[:1], answers[:1], shares[:1])
    shown = cv2.imread(str(tmp_path / "doubtful.jpg"))
    assert shown is not None
    assert shown[:WIDTH_PX, :WIDTH_PX].max() < 60

    write_doubtful(tmp_path, crops, numbers[:0], labels[:0], answers[:0], shares[:0])
    assert not (tmp_path / "doubtful.jpg").exists()


def test_the_commands_lead_from_pictures_to_a_refiner(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two of the six views of a face, and no further pieces, are a third of the teachers' work.
    monkeypatch.setattr(teacher, "VIEWS", teacher.VIEWS[:2])
    monkeypatch.setattr(distil, "PIECES", 1)
    folder = ["--data", str(data), "--folder", str(tmp_path)]
    assert main(["prepare", *folder]) == 0
    tiny = ["--minutes", "0.02", "--folds", "2", "--batch", "8", "--width", "16"]
    assert main(["teach", *folder, *tiny]) == 0
    targets = read_targets(tmp_path / "targets.npz")
    assert len(targets) == 30
    assert all(each.sum(axis=1) == pytest.approx(1, abs=0.01) for each in targets.values())
    run = ["--run", str(tmp_path / "run"), "--refiner", "video:yolov9t"]
    short = ["--minutes", "0.02", "--images", "4"]
    assert main(["refine", *folder, *run, *short]) == 0
    trained = tmp_path / "run" / "video" / "refiner.pt"
    first = networks.load(trained)
    assert networks.key(first) == "yolov9t"

    # Going on from it, without a teacher's targets.
    (tmp_path / "targets.npz").unlink()
    run = ["--run", str(tmp_path / "more"), "--refiner", f"video:yolov9t:{trained}"]
    few = ["--own", "0.7", "--fold", "--strength", "0.5", "--teacher", str(trained)]
    assert main(["refine", *folder, *run, *short, *few]) == 0
    second = networks.load(tmp_path / "more" / "video" / "refiner.pt").state_dict()
    assert second.keys() == first.state_dict().keys()
    means = [value for name, value in second.items() if name.endswith("running_mean")]
    assert not any(value.any() for value in means)  # norms only add


def test_a_target_mixes_the_label_with_what_was_seen_of_the_uncut_picture(
    data: Path, tmp_path: Path
) -> None:
    prepare(data, tmp_path, None, 1, limit=4)
    crops = open_crops(tmp_path / "crops")
    faces = np.array([row.face != NO_FACE for row in crops.rows])
    sampler = CropSampler.of(crops, faces / faces.sum(), torch.device("cpu"))
    torch.manual_seed(0)
    network = networks.build("yolov9t").eval()
    config = RefinerConfig(tmp_path, "yolov9t", None, own=0.75)
    labels = torch.eye(5)[torch.arange(len(faces)) % 5]
    indices = torch.from_numpy(np.flatnonzero(faces))
    seen = torch.from_numpy(read_crops(network, sampler, indices, *VIDEO_LOOK)[:, :5])
    targets = with_own(labels, network, sampler, config)
    assert torch.allclose(targets[indices], 0.25 * labels[indices] + 0.75 * seen)
    assert torch.equal(targets[~torch.from_numpy(faces)], labels[~torch.from_numpy(faces)])


@pytest.mark.parametrize("side", [96, 160])
def test_a_target_mixes_the_label_with_what_a_teacher_sees_in_both_views(side: int) -> None:
    torch.manual_seed(0)
    teacher = networks.build("yolov9t").eval()
    images, labels = torch.rand(5, 3, side, side), torch.eye(5)[:2]
    shown = images if side > 128 else functional.interpolate(images, 128, mode="bilinear")
    seen = read_images(teacher, shown)[:, :5]
    targets = with_teacher(labels, teacher, images, 0.75)
    for face, target in enumerate(targets):
        assert torch.allclose(
            target, 0.25 * labels[face] + 0.375 * (seen[face] + seen[face + 2]), atol=1e-6
        )


def test_an_unknown_use_of_a_refiner_is_refused(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["refine", "--data", str(data), "--folder", str(tmp_path), "--run", str(tmp_path)]
    assert main([*command, "--refiner", "sketch:yolov9t"]) == 2
    assert "sketch" in capsys.readouterr().err
