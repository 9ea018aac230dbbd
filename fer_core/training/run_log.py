"""The log of a training run: a CSV file, lines with the time left, and curves."""

from __future__ import annotations

import csv
import logging
from pathlib import Path

import torch

from fer_core.training.run_config import Progress

LOGGER = logging.getLogger(__name__)

LOG_EVERY_STEPS = 50


LOG_COLUMNS = (
    "step",
    "minutes",
    "faces",
    "rate",
    "box",
    "class",
    "distance",
    "gradient",
    "faces_per_s",
)


def draw_curves(log: Path, picture: Path) -> None:
    """Draw the losses and the rate of a run's log."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with log.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        return
    minutes = [float(row["minutes"]) for row in rows]
    figure, axes = pyplot.subplots(1, 4, figsize=(14, 3))
    for axis, column in zip(axes, ("box", "class", "distance", "rate"), strict=True):
        axis.plot(minutes, [float(row[column]) for row in rows], linewidth=0.8)
        axis.set(title=column, xlabel="minutes")
    figure.tight_layout()
    figure.savefig(picture, dpi=90)
    pyplot.close(figure)


class RunLog:
    """Means over `LOG_EVERY_STEPS` steps, to a CSV file and as a line with the time left."""

    def __init__(self, path: Path, step: int) -> None:
        """Keep the rows up to this step; a kill may have come after later ones were written."""
        self._path = path
        self._losses: list[torch.Tensor] = []
        self._gradients: list[float] = []
        self._mark: tuple[float, int] | None = None
        rows = path.read_text(encoding="utf-8").splitlines()[1:] if path.exists() else []
        values = [row.split(",") for row in rows]
        kept = [
            ",".join(each)
            for each in values
            if len(each) == len(LOG_COLUMNS) and each[0].isdigit() and int(each[0]) <= step
        ]
        path.write_text("\n".join([",".join(LOG_COLUMNS), *kept]) + "\n", encoding="utf-8")

    def add(
        self, progress: Progress, rate: float, losses: torch.Tensor, gradient: float, done: float
    ) -> None:
        """Take one step's figures; write a row when enough have come."""
        if self._mark is None:
            self._mark = (progress.elapsed_s, progress.faces)
        self._losses.append(losses)
        self._gradients.append(gradient)
        if progress.step % LOG_EVERY_STEPS == 0:
            self.write(progress, rate, done)

    def write(self, progress: Progress, rate: float, done: float) -> None:
        """Write the means since the last row, if there are any."""
        if not self._losses or self._mark is None:
            return
        box, cls, distance = torch.stack(self._losses).mean(0).tolist()
        seconds, faces = progress.elapsed_s - self._mark[0], progress.faces - self._mark[1]
        pace = faces / seconds if seconds > 0 else 0.0
        row = (
            progress.step,
            f"{progress.elapsed_s / 60:.2f}",
            progress.faces,
            f"{rate:.6f}",
            f"{box:.4f}",
            f"{cls:.4f}",
            f"{distance:.4f}",
            f"{sum(self._gradients) / len(self._gradients):.3f}",
            f"{pace:.1f}",
        )
        with self._path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow(row)
        left = progress.elapsed_s * max(0.0, 1 - done) / max(done, 1e-9) / 60
        losses_text = f"box {box:.3f}  class {cls:.3f}  distance {distance:.3f}"
        pace_text = f"{pace:.0f} faces/s  {left:.0f} min left"
        LOGGER.info("step %d  %s  %s", progress.step, losses_text, pace_text)
        self._losses, self._gradients = [], []
        self._mark = (progress.elapsed_s, progress.faces)
