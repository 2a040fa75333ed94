"""What a burst looks like to the pipeline, to set the limits of `NearIdentical`.

    python -m models.noise.bursts --data CORPUS --pictures 60 --pairs pairs.jsonl

Made-up bursts (a hand that moves by a percent, a degree's fraction, a flicker of light, another
JPEG quality), re-saved and cropped copies, beside the real same-lesion pairs already collected.
Prints quantiles of cosine, turn and distortion, and the shares called near-identical.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.noise.check import comparison_of
from models.noise.collect import lesion_groups
from tracker.analysis.compare import Subject, compare
from tracker.analysis.noise import NoiseTable
from tracker.analysis.noise_types import motion
from tracker.analysis.view import make_view
from tracker.domain.capture import Modality
from tracker.domain.comparison import Comparison
from tracker.vision.analyzer import AnalyzeOptions, Analyzer

Picture = NDArray[np.uint8]


def encoded(picture: Picture, quality: int) -> bytes:
    """JPEG bytes of a BGR picture."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise OSError("cannot encode a picture")
    return bytes(data)


def moved(picture: Picture, dice: random.Random, share: float, turn_deg: float) -> Picture:
    """Shifted by up to `share` of the width and turned by up to `turn_deg`."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(
        (width / 2, height / 2), dice.uniform(-turn_deg, turn_deg), 1 + dice.uniform(-0.01, 0.01)
    )
    matrix[:, 2] += [dice.uniform(-share, share) * width for _ in range(2)]
    out = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(out, np.uint8)


def burst_frame(picture: Picture, dice: random.Random) -> bytes:
    """The next frame of a burst."""
    frame = moved(picture, dice, 0.01, 0.4).astype(np.float32) * dice.uniform(0.985, 1.015)
    noise = np.random.default_rng(dice.randrange(1 << 30)).normal(0, 1.5, frame.shape)
    return encoded(np.clip(frame + noise, 0, 255).astype(np.uint8), 90)


def resaved(picture: Picture, dice: random.Random) -> bytes:
    """The same picture, smaller and saved worse."""
    scale = dice.uniform(0.7, 0.95)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return encoded(np.asarray(small, np.uint8), 70)


def cropped(picture: Picture, dice: random.Random) -> bytes:
    """The same picture without a strip on two sides."""
    height, width = picture.shape[:2]
    return encoded(picture[: round(height * 0.95), round(width * 0.04) :], 85)


def another_shot(picture: Picture, dice: random.Random) -> bytes:
    """A deliberate second photo: other angle, place and light."""
    turned = moved(picture, dice, 0.05, 12.0).astype(np.float32)
    gains = np.array([dice.uniform(0.88, 1.12) for _ in range(3)], np.float32)
    return encoded(np.clip(turned * gains, 0, 255).astype(np.uint8), 85)


KINDS: dict[str, Callable[[Picture, random.Random], bytes]] = {
    "burst": burst_frame,
    "resaved": resaved,
    "cropped": cropped,
    "another_shot": another_shot,
}


def subject(analyzer: Analyzer, data: bytes, name: str) -> Subject | None:
    """A photo as the product sees it."""
    options = AnalyzeOptions(modality=Modality.DERMOSCOPIC)
    analysis, photo = analyzer.analyze(data, name, options)
    if photo is None or analysis.mask is None or analysis.measures is None:
        return None
    return Subject(
        name,
        make_view(photo.rgb, analysis.mask),
        analysis.measures,
        None,
        Modality.DERMOSCOPIC,
        analysis.embedding,
        None if analysis.model is None else analysis.model.sha256,
    )


def account(found: list[Comparison], noise: NoiseTable) -> dict[str, Any]:
    """Quantiles of what the limits look at."""
    cosines = [c.cosine for c in found if c.cosine is not None]
    motions = [motion(c.registration.matrix) for c in found if c.registration is not None]
    at = (0.05, 0.25, 0.5, 0.75, 0.95)
    return {
        "pairs": len(found),
        "near_identical": round(float(np.mean([noise.is_near_identical(c) for c in found])), 4),
        "cosine": np.quantile(cosines, at).round(4).tolist(),
        "turn_deg": np.quantile([m[0] for m in motions], at).round(3).tolist(),
        "distortion": np.quantile([m[1] for m in motions], at).round(4).tolist(),
    }


def main() -> None:
    """Make, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("MOLETRAIL_DATA"))
    parser.add_argument("--models", type=Path, default=Path("models/release"))
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--pairs", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    if not given.data:
        raise SystemExit("no corpus: give --data DIR or set MOLETRAIL_DATA")
    cv2.setNumThreads(1)
    root, dice = Path(given.data), random.Random(3)
    noise = NoiseTable.from_json((given.models / "noise.json").read_text(encoding="utf-8"))
    analyzer = Analyzer.load(given.models)
    groups = lesion_groups(root, "train")
    names = dice.sample([n for n in groups if n.startswith("ham")], given.pictures)
    made: dict[str, list[Comparison]] = {kind: [] for kind in KINDS}
    for name in names:
        path = root / groups[name][0]["path"]
        first = subject(analyzer, path.read_bytes(), name)
        picture = cv2.imread(str(path))
        if first is None or picture is None:
            continue
        for kind, make in KINDS.items():
            second = subject(analyzer, make(np.asarray(picture, np.uint8), dice), f"{name} again")
            if second is not None:
                made[kind].append(compare(first, second))
    real = [
        comparison_of(record["comparison"])
        for path in given.pairs
        for record in map(json.loads, path.read_text(encoding="utf-8").splitlines())
        if record["comparison"] is not None
    ]
    result = {kind: account(found, noise) for kind, found in made.items()}
    if real:
        result["real_pairs"] = account(real, noise)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
