"""What a run starts from: the app's own file, a narrower network; and a group of processes."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch", reason="training needs requirements-train.txt")
pytest.importorskip("ultralytics", reason="training needs requirements-train.txt")

pytestmark = pytest.mark.training

from torch import Generator, Tensor, nn, rand  # noqa: E402 - after the skips

from fer_core.training import network as networks  # noqa: E402
from fer_core.training.errors import CheckpointError  # noqa: E402
from fer_core.training.faster_graph import make_faster  # noqa: E402
from fer_core.training.initialise import first_network, settle_norms, widened  # noqa: E402
from fer_core.training.onnx_files import store_in_half, to_onnx  # noqa: E402
from fer_core.training.process_group import ProcessGroup, gathered  # noqa: E402

SHIPPED = Path(__file__).parents[2] / "weights" / "fer-yolov9t.onnx"


@pytest.fixture
def images() -> Tensor:
    return rand(8, 3, 96, 96, generator=Generator().manual_seed(0))


def raw(network: nn.Module, images: Tensor) -> dict[str, Tensor]:
    """What the network answers while it is trained: norms take the batch's statistics."""
    with torch.no_grad():
        answer: dict[str, Tensor] = copy.deepcopy(network).train()(images)
    return answer


def test_the_shipped_file_can_be_trained_on(images: Tensor) -> None:
    network = networks.load(SHIPPED)
    session = onnxruntime.InferenceSession(str(SHIPPED), providers=["CPUExecutionProvider"])
    expected = session.run(None, {"images": images.numpy()})[0]
    assert networks.predict(network, images).numpy() == pytest.approx(expected, abs=0.01)

    before = raw(network, images)["scores"]
    settle_norms(network, [images])
    assert networks.predict(network, images).numpy() == pytest.approx(expected, abs=0.01)
    plain = networks.predict(network, images)
    drift = (raw(network, images)["scores"].sigmoid() - plain[:, 4:]).abs().mean()
    assert drift < 0.1 * (before.sigmoid() - plain[:, 4:]).abs().mean()


def test_a_network_with_folded_norms_answers_alike_and_can_be_trained(images: Tensor) -> None:
    network = networks.build("yolov9t").eval()
    settle_norms(network, [images])
    expected = networks.predict(network, images).numpy()
    folded = networks.folded(network)
    assert not any(isinstance(each, nn.BatchNorm2d) for each in folded.modules())
    assert all(each.requires_grad != (".dfl." in name) for name, each in folded.named_parameters())
    assert networks.predict(folded, images).numpy() == pytest.approx(expected, abs=0.01)
    again = networks.unfolded(folded)
    assert networks.predict(again, images).numpy() == pytest.approx(expected, abs=0.01)
    assert again.state_dict().keys() == network.state_dict().keys()


def test_a_widened_network_answers_as_the_narrow_one_and_can_learn_more(
    images: Tensor,
) -> None:
    narrow = networks.load(SHIPPED)
    settle_norms(narrow, [images])
    wide = first_network("yolov9s", SHIPPED)
    assert networks.architecture(wide) == "YOLOv9s"
    difference = networks.predict(wide, images) - networks.predict(narrow, images)
    assert difference.abs().max() < 0.01

    wide = widened(narrow, "yolov9s").train()
    wide(images)["scores"].square().mean().backward()
    gradient = wide.get_parameter("model.1.conv.weight").grad
    assert gradient is not None
    assert not torch.allclose(gradient[0::2], gradient[1::2])  # the copies go ways of their own


def test_onnx_answers_as_torch_does_and_in_half_the_bits_nearly_so(
    images: Tensor, tmp_path: Path
) -> None:
    network = networks.load(SHIPPED)
    file = tmp_path / "network.onnx"
    to_onnx(network, file)
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    for some in (images[:1], images[:3, :, :64], images[:2, :, :, :64]):  # any batch and size
        expected = networks.predict(network, some).numpy()
        given = session.run(None, {"images": some.numpy()})[0]
        assert given.shape == (len(some), 9, expected.shape[2])
        assert np.abs(given - expected).max() < 0.01

    whole = file.stat().st_size
    store_in_half(file)
    assert file.stat().st_size < 0.6 * whole
    expected = networks.predict(network, images).numpy()
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    given = session.run(None, {"images": images.numpy()})[0]
    assert 0 < np.abs(given - expected).max() < 1
    make_faster(file)
    assert file.stat().st_size < 0.6 * whole
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    assert np.abs(session.run(None, {"images": images.numpy()})[0] - given).max() < 1e-3
    once = file.read_bytes()
    make_faster(file)
    assert file.read_bytes() == once
    again = networks.predict(networks.load(file), images).numpy()
    assert np.abs(again - given).max() < 0.01


def test_weights_that_do_not_fit_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CheckpointError, match="yolov9t cannot become a yolov9c"):
        first_network("yolov9c", SHIPPED)
    text = tmp_path / "text.onnx"
    text.write_text("hello")
    with pytest.raises(CheckpointError, match="is no ONNX file"):
        first_network(None, text)
    with pytest.raises(CheckpointError, match="is not there"):
        first_network(None, tmp_path / "none.onnx")
    # It is compared with each that there could be; the larger ones take seconds to make.
    monkeypatch.setattr(networks, "ARCHITECTURES", {"yolov9t": "YOLOv9t", "yolov9s": "YOLOv9s"})
    empty = tmp_path / "empty.onnx"
    empty.write_bytes(b"")
    with pytest.raises(CheckpointError, match="none of the networks"):
        first_network(None, empty)


def take_part(folder: Path, group: ProcessGroup) -> float:
    """Average gradients of 1, 2, ... and write down what came of it."""
    network = torch.nn.Linear(1, 1)
    torch.nn.init.constant_(network.weight, group.rank)
    joined = group.joined(network)
    joined(torch.full((1, 1), group.rank + 1.0)).sum().backward()
    weight = network.weight
    seen = [weight.item(), weight.grad.item(), group.agree(group.rank + 7.0)]
    np.save(folder / f"{group.rank}.npy", seen)
    return 0.0


def test_a_process_group_shares_weights_gradients_and_decisions(tmp_path: Path) -> None:
    from functools import partial

    member = partial(take_part, tmp_path)
    with gathered(2, member) as group:
        assert group == ProcessGroup(0, 2)
        member(group)
    for rank in (0, 1):
        assert np.load(tmp_path / f"{rank}.npy").tolist() == [0.0, 1.5, 7.0]
    with gathered(1, member) as alone:
        assert alone.agree(3.0) == 3.0
