"""Train the lesion ViT. Resumable: killed at any moment, it goes on from its last checkpoint.

    python -m models.vit.train --data DIR --work DIR --init weights.npz --hours 2

The learning rate follows elapsed training time, not steps, because the machine is shared and a
run has to be finished (annealed) at a given hour whatever else the machine is doing.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from .augment import AugmentConfig, Augmenter
from .batches import Batch, PairBatches, SamplingConfig, class_prior, sampling_weights
from .data import Corpus, corpus_root
from .losses import LossConfig, change_loss, class_loss, identity_loss, mask_loss
from .network import CLASSES, LesionVit, VitConfig, load_weights, normalise
from .overlays import Overlays

LOG_STEPS = 10


@dataclass(frozen=True)
class TrainConfig:
    """Everything that decides a run; written as JSON beside the checkpoint."""

    seed: int = 20261120
    hours: float = 1.9
    rate: float = 2.5e-4
    final_rate: float = 5e-6
    weight_decay: float = 0.05
    warmup_steps: int = 40
    clip: float = 1.0
    average: float = 0.99
    checkpoint_s: float = 150.0
    threads: int = 2
    workers: int = 1
    network: VitConfig = field(default_factory=VitConfig)
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    loss: LossConfig = field(default_factory=LossConfig)


class Trainer:
    """Network, optimiser, moving average and counters of one run."""

    def __init__(self, config: TrainConfig, network: LesionVit, prior: Tensor) -> None:
        self.config = config
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.prior = prior
        decayed = [p for p in network.parameters() if p.ndim > 1]
        plain = [p for p in network.parameters() if p.ndim <= 1]
        groups: list[dict[str, Any]] = [{"params": decayed}, {"params": plain, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(
            groups, lr=config.rate, weight_decay=config.weight_decay, betas=(0.9, 0.98)
        )
        self.average = {k: v.detach().clone() for k, v in network.state_dict().items()}
        self.step = 0
        self.views = 0
        self.elapsed_s = 0.0

    def rate(self) -> float:
        """Learning rate now: linear warm-up, then cosine over the planned hours."""
        config = self.config
        done = min(1.0, self.elapsed_s / (config.hours * 3600.0))
        cosine = 0.5 * (1.0 + math.cos(math.pi * done))
        rate = config.final_rate + (config.rate - config.final_rate) * cosine
        return rate * min(1.0, (self.step + 1) / config.warmup_steps)

    def train_step(self, batch: Batch) -> dict[str, float]:
        """One update; returns the losses."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        self.network.train()
        image = normalise(batch.image).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = self.network(image)
        loss_config = self.config.loss
        mask = mask_loss(out.mask_logits, batch.mask.float() / 255.0, batch.has_mask)
        label = class_loss(out.class_logits, batch.label, self.prior, loss_config)
        pairs = self.config.sampling.pairs
        identity = identity_loss(out.embedding, batch.lesion, pairs, loss_config)
        change = change_loss(out.embedding, batch.parent, loss_config)
        total = mask + loss_config.class_weight * label
        total = total + loss_config.identity_weight * identity + loss_config.change_weight * change
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        if math.isfinite(float(norm)):
            self.optimiser.step()
        self._update_average()
        self.step += 1
        self.views += len(image)
        losses = {"mask": mask, "class": label, "identity": identity, "change": change}
        return {name: loss.item() for name, loss in losses.items()}

    def _update_average(self) -> None:
        decay = min(self.config.average, (self.step + 1) / (self.step + 20))
        with torch.no_grad():
            for name, value in self.network.state_dict().items():
                mine = self.average[name]
                if mine.is_floating_point():
                    mine.lerp_(value, 1.0 - decay)
                else:
                    mine.copy_(value)

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return {
            "network": self.network.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "views": self.views,
            "elapsed_s": self.elapsed_s,
        }

    def restore(self, path: Path) -> None:
        """Go on from a checkpoint written by save_checkpoint."""
        state = torch.load(path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average = state["average"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.views = state["step"], state["views"]
        self.elapsed_s = state["elapsed_s"]


def save_checkpoint(trainer: Trainer, path: Path) -> None:
    """Write atomically: a kill in the middle leaves the former checkpoint whole."""
    partial = path.with_suffix(".part")
    with partial.open("wb") as stream:
        torch.save(trainer.state(), stream)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def _log(path: Path, record: dict[str, float]) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(record) + "\n")


def _run(trainer: Trainer, batches: Iterator[Batch], work: Path, stopping: list[int]) -> None:
    config = trainer.config
    sums: dict[str, float] = {}
    since = 0
    last, saved, waited = time.monotonic(), time.monotonic(), 0.0
    while trainer.elapsed_s < config.hours * 3600.0 and not stopping:
        before = time.monotonic()
        batch = next(batches)
        waited += time.monotonic() - before
        for name, value in trainer.train_step(batch).items():
            sums[name] = sums.get(name, 0.0) + value
        now = time.monotonic()
        trainer.elapsed_s += now - before
        since += 1
        if trainer.step % LOG_STEPS == 0:
            means = {name: round(value / since, 4) for name, value in sums.items()}
            pace = {"s_per_step": (now - last) / since, "wait_s": waited / since}
            rates = {"rate": trainer.rate(), **pace}
            counts = {"step": trainer.step, "views": trainer.views, "elapsed_s": trainer.elapsed_s}
            _log(work / "log.jsonl", {**counts, **means, **rates})
            sums, last, waited, since = {}, now, 0.0, 0
        if now - saved > config.checkpoint_s:
            save_checkpoint(trainer, work / "checkpoint.pt")
            saved = now
    save_checkpoint(trainer, work / "checkpoint.pt")


def _settings() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="corpus folder (default: MOLETRAIL_DATA)")
    parser.add_argument("--work", type=Path, required=True, help="cache, checkpoint and log")
    parser.add_argument("--init", type=Path, help="npz weights to start from")
    for name in ("size", "dim", "depth", "threads", "seed"):
        parser.add_argument(f"--{name}", type=int)
    for name in ("hours", "rate"):
        parser.add_argument(f"--{name}", type=float)
    return parser.parse_args()


def _configure(args: argparse.Namespace) -> TrainConfig:
    shape = {k: getattr(args, k) for k in ("size", "dim", "depth") if getattr(args, k)}
    names = ("threads", "seed", "hours", "rate")
    rest = {k: getattr(args, k) for k in names if getattr(args, k) is not None}
    return TrainConfig(network=VitConfig(**shape), **rest)


def main() -> None:
    """Command line entry."""
    args = _settings()
    config = _configure(args)
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    root, work = corpus_root(args.data), args.work
    corpus = Corpus(root, work / "cache")
    pictures = corpus.select("train")
    network = LesionVit(config.network)
    if args.init:
        load_weights(args.init, network)
    prior = class_prior(pictures, sampling_weights(pictures, config.sampling), len(CLASSES))
    trainer = Trainer(config, network, prior)
    if (work / "checkpoint.pt").is_file():
        trainer.restore(work / "checkpoint.pt")
    settings = {**asdict(config), "torch": torch.__version__, "pictures": len(pictures)}
    (work / "settings.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    cv2.setNumThreads(1)
    augment = Augmenter(config.augment, config.network.size, Overlays(root / "artefacts_rgba"))
    # A resumed run draws new batches, not the first ones again.
    dataset = PairBatches(corpus, pictures, augment, config.sampling, config.seed + trainer.step)
    loader = DataLoader(
        dataset,
        batch_size=None,
        num_workers=config.workers,
        prefetch_factor=4,
        persistent_workers=True,
    )
    _run(trainer, iter(loader), work, stopping)


if __name__ == "__main__":
    main()
