"""YOLO's detection loss with soft class targets: shares of votes or smoothed labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from ultralytics.utils.loss import v8DetectionLoss
from ultralytics.utils.tal import TaskAlignedAssigner


class SoftTargetAssigner(TaskAlignedAssigner):
    """Assigns anchors by the likeliest class, then gives each the whole distribution of its face.

    Attributes:
        distributions: Shape (N, G, C): for each picture and padded face, shares that sum to 1.
    """

    distributions: torch.Tensor
    target_scores: torch.Tensor

    def forward(self, *arguments: Any, **named: Any) -> tuple[torch.Tensor, ...]:
        """Assign, and keep how much each anchor is a face's, for `face_views`."""
        assigned: tuple[torch.Tensor, ...] = super().forward(*arguments, **named)  # type: ignore[no-untyped-call]  # Ultralytics
        self.target_scores = assigned[2]
        return assigned

    def get_targets(
        self,
        gt_labels: torch.Tensor,
        gt_bboxes: torch.Tensor,
        target_gt_idx: torch.Tensor,
        fg_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return class (N, A), box (N, A, 4) and soft scores (N, A, C) of each anchor's face."""
        labels, boxes, _ = TaskAlignedAssigner.get_targets(
            self, gt_labels, gt_bboxes, target_gt_idx, fg_mask
        )
        index = target_gt_idx.unsqueeze(-1).expand(-1, -1, self.num_classes)
        soft = self.distributions.gather(1, index)  # the plain targets are int8
        return labels, boxes, torch.where(fg_mask.unsqueeze(-1) > 0, soft, torch.zeros_like(soft))


class ScoreLoss(nn.BCEWithLogitsLoss):
    """Binary cross-entropy of each score, plus cross-entropy among the scores of a face.

    The first alone tells faces from the rest, and spends little on telling classes apart, which is
    what the app reads: softmax over the logits.
    """

    def __init__(self) -> None:
        super().__init__(reduction="none")

    def forward(self, scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return the loss of each score, shape (N, A, C).

        Args:
            scores: Logits, shape (N, A, C).
            targets: Alignment x distribution, shape (N, A, C); zero where there is no face.
        """
        return super().forward(scores, targets) - targets * scores.log_softmax(-1)


@dataclass(frozen=True, slots=True)
class FaceViews:
    """What a network says of single faces, one a picture.

    Attributes:
        log_probabilities: (n, 5): of the mean logits of the anchors that are the face's.
        seen: (n,): whether any anchor is.
    """

    log_probabilities: torch.Tensor
    seen: torch.Tensor


class SoftTargetLoss(v8DetectionLoss):
    """`v8DetectionLoss` whose class target is alignment (Feng et al. 2021) x distribution.

    Its class loss is `ScoreLoss`.

    The batch holds "batch_idx" (n,), "bboxes" (n, 4; centre and size, as shares of the picture)
    and "distributions" (n, 5).
    """

    assigner: Any

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
        self.bce = ScoreLoss()
        plain = self.assigner
        self.assigner = SoftTargetAssigner(
            topk=plain.topk,
            num_classes=plain.num_classes,
            alpha=plain.alpha,
            beta=plain.beta,
            stride=plain.stride,
        )
        self._distributions = torch.zeros(0, self.nc)

    def preprocess(
        self, targets: torch.Tensor, batch_size: int, scale_tensor: torch.Tensor
    ) -> torch.Tensor:
        """Pad the targets per picture, and their distributions alongside."""
        padded = super().preprocess(targets, batch_size, scale_tensor)
        soft = torch.zeros(batch_size, padded.shape[1], self.nc, device=self.device)
        if len(targets):
            picture = targets[:, 0].long()
            counts = torch.bincount(picture, minlength=batch_size)
            starts = (counts.cumsum(0) - counts)[picture]
            within = torch.arange(len(targets), device=self.device) - starts
            soft[picture, within] = self._distributions.to(self.device)
        self.assigner.distributions = soft
        return padded

    def loss(
        self, preds: dict[str, torch.Tensor], batch: dict[str, Any]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Return the losses (box, class, distance) times the batch size, and their detached values.

        Rows of one picture must be adjacent, in the order of the pictures.
        """
        self._distributions = batch["distributions"]
        likeliest = self._distributions.argmax(1).float()
        total, items = super().loss(preds, {**batch, "cls": likeliest})
        return total, items

    def face_views(self, scores: torch.Tensor, count: int) -> FaceViews:
        """Return what the first `count` pictures of the batch just judged show, a face each.

        Args:
            scores: Logits as the network gave them, shape (N, 5, A).
            count: Of the pictures, the first of the batch.
        """
        weights = self.assigner.target_scores[:count].sum(-1)
        total = weights.sum(1)
        logits = (scores[:count] * weights[:, None]).sum(-1) / total.clamp(min=1e-6)[:, None]
        return FaceViews(logits.log_softmax(-1), total > 0)
