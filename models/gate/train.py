"""Train the gate: ``python models/gate/train.py --out DIR`` (resumes from DIR/last.pt).

The learning rate follows the wall clock, not a step count: the training shares its machine,
and the schedule has to end in time however slow it was.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from compose import Composer
from corpus import corpus_root, read_rows
from labels import IGNORE, LESION, NOT_LESION
from network import GateNet, parameter_count
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

SMALL_AREA_PX = 1500.0  # lesions below this area weigh more per pixel
MAX_PIXEL_WEIGHT = 8.0


class ComposedStream(IterableDataset[tuple[Tensor, Tensor, Tensor]]):
    """An endless stream of composed pictures, labels and pixel weights."""

    def __init__(self, composer: Composer, seed: int) -> None:
        self.composer = composer
        self.seed = seed

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        cv2.setNumThreads(1)
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self.seed, info.id if info else 0])
        while True:
            image, labels = self.composer.draw(rng)
            yield (
                torch.from_numpy(image).permute(2, 0, 1),
                torch.from_numpy(labels.astype(np.int64)),
                torch.from_numpy(pixel_weights(labels)),
            )


def pixel_weights(labels: np.ndarray) -> np.ndarray:
    """Weights (S, S) float32 >= 1: a small mole must not be outvoted by the skin around it."""
    weights = np.ones(labels.shape, np.float32)
    lesions = (labels == LESION).astype(np.uint8)
    count, parts, stats, _ = cv2.connectedComponentsWithStats(lesions)
    for part in range(1, count):
        area = float(stats[part, cv2.CC_STAT_AREA])
        weights[parts == part] = np.clip(np.sqrt(SMALL_AREA_PX / area), 1, MAX_PIXEL_WEIGHT)
    return weights


def gate_loss(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Weighted cross-entropy, soft Dice of lesions, -log(1 - p_lesion) on "anything but lesion"."""
    logits = functional.interpolate(
        logits.float(), scale_factor=2.0, mode="bilinear", align_corners=False
    )
    log_probs = functional.log_softmax(logits, 1)
    known = labels < NOT_LESION
    target = torch.where(known, labels, torch.zeros_like(labels))
    entropy = -log_probs.gather(1, target[:, None])[:, 0] * weights * known
    lesion = log_probs[:, LESION].exp()
    partial = -torch.log1p(-lesion.clamp(max=0.999)) * (labels == NOT_LESION)
    total = (entropy + partial).sum() / (labels != IGNORE).sum().clamp(min=1)
    truth = (labels == LESION).float()
    seen = known.float()
    overlap = (lesion * truth * seen).sum((1, 2))
    size = ((lesion + truth) * seen).sum((1, 2))
    present = truth.sum((1, 2)) > 0
    dice = 1 - (2 * overlap[present] + 1) / (size[present] + 1)
    return total + 0.5 * (dice.mean() if present.any() else total * 0)


def to_input(pictures: Tensor) -> Tensor:
    """uint8 (N, 3, S, S) -> float32 in [-1, 1], channels last."""
    return (pictures.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def validate(net: nn.Module, batches: list[tuple[Tensor, Tensor, Tensor]]) -> dict[str, float]:
    """Loss, lesion IoU and three-class accuracy on fixed composed pictures of the val split."""
    net.eval()
    loss, hit, union, right, count = 0.0, 0, 0, 0, 0
    with torch.no_grad():
        for pictures, labels, weights in batches:
            logits = net(to_input(pictures))
            loss += float(gate_loss(logits, labels, weights))
            up = functional.interpolate(logits, scale_factor=2.0, mode="bilinear")
            best = up.argmax(1)
            known = labels < NOT_LESION
            hit += int(((best == LESION) & (labels == LESION)).sum())
            union += int((((best == LESION) | (labels == LESION)) & known).sum())
            right += int(((best == labels) & known).sum())
            count += int(known.sum())
    return {"loss": loss / len(batches), "iou": hit / max(union, 1), "accuracy": right / count}


def fixed_batches(composer: Composer, count: int) -> list[tuple[Tensor, Tensor, Tensor]]:
    """The same composed pictures every time."""
    loader = iter(DataLoader(ComposedStream(composer, 99), batch_size=16))
    return [next(loader) for _ in range(count)]


def rate_at(progress: float, peak: float) -> float:
    """Warm-up over 3 % of the time, then a cosine to 1 % of the peak."""
    if progress < 0.03:
        return peak * max(progress / 0.03, 0.02)
    cosine = 0.5 * (1 + np.cos(np.pi * min((progress - 0.03) / 0.97, 1.0)))
    return float(peak * (0.01 + 0.99 * cosine))


def update_average(average: nn.Module, net: nn.Module, decay: float) -> None:
    """Exponential moving average of weights and batch-norm statistics, in place."""
    with torch.no_grad():
        state = net.state_dict()
        for name, value in average.state_dict().items():
            if value.is_floating_point():
                value.lerp_(state[name], 1 - decay)
            else:
                value.copy_(state[name])


def train(out: Path, minutes: float, batch: int, peak: float, workers: int) -> None:
    """Run until the clock has gone round; writes out/last.pt and out/log.jsonl."""
    torch.set_num_threads(1)
    root = corpus_root()
    out.mkdir(parents=True, exist_ok=True)
    net = GateNet().to(memory_format=torch.channels_last)
    average = copy.deepcopy(net)
    optimizer = torch.optim.AdamW(net.parameters(), peak, weight_decay=0.02)
    step, elapsed = 0, 0.0
    if (out / "last.pt").exists():
        saved = torch.load(out / "last.pt", weights_only=True)
        net.load_state_dict(saved["net"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        step, elapsed = saved["step"], saved["elapsed"]
    stream = ComposedStream(Composer(read_rows(root, "train")), seed=1000 + step)
    # Spawned, not forked: a fork inherits OpenCV's thread pool without its threads and hangs.
    context = "spawn" if workers else None
    loader = iter(DataLoader(stream, batch, num_workers=workers, multiprocessing_context=context))
    checks = fixed_batches(Composer(read_rows(root, "val")), 6)
    started, saved_at, total = time.time() - elapsed, time.time(), 0.0
    print(f"{parameter_count(net)} parameters, from step {step}", flush=True)
    while elapsed < minutes * 60:
        elapsed = time.time() - started
        for group in optimizer.param_groups:
            group["lr"] = rate_at(elapsed / (minutes * 60), peak)
        net.train()
        pictures, labels, weights = next(loader)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = net(to_input(pictures))
        loss = gate_loss(logits, labels, weights)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        update_average(average, net, min(0.995, (step + 1) / (step + 10)))
        step += 1
        total = 0.98 * total + 0.02 * float(loss) if step > 1 else float(loss)
        if time.time() - saved_at > 120 or elapsed >= minutes * 60:
            saved_at = time.time()
            line = {"step": step, "minutes": elapsed / 60, "train": total}
            line |= validate(average, checks)
            with (out / "log.jsonl").open("a") as log:
                log.write(json.dumps({k: round(v, 4) for k, v in line.items()}) + "\n")
            state = {"net": net.state_dict(), "average": average.state_dict()}
            state |= {"optimizer": optimizer.state_dict(), "step": step, "elapsed": elapsed}
            torch.save(state, out / "last.tmp")
            (out / "last.tmp").replace(out / "last.pt")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    train(args.out, args.minutes, args.batch, args.rate, args.workers)


if __name__ == "__main__":
    main()
