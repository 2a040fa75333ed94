"""The gate's network: a small convolutional encoder-decoder with three classes.

Only 3x3 and 1x1 convolutions, ReLU, ADD and bilinear resizing are used, so that the same graph can
be written by hand as .tflite (builtin operators only) and as ONNX, and both give the same numbers.
The encoder reaches stride 64 on purpose: a rule with a small field of view takes hair and beige
walls for skin, so every output pixel has to see the whole frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

CLASSES = ("background", "skin", "lesion")
INPUT_PX = 256


@dataclass(frozen=True)
class GateConfig:
    """Widths of the encoder stages (stride 2, 4, 8, 16, 32, 64) and of the decoder."""

    widths: tuple[int, ...] = (16, 32, 48, 64, 96, 128)
    convs: tuple[int, ...] = (1, 1, 2, 2, 2, 2)
    decoder: int = 32
    top: int = 16


class ConvBlock(nn.Sequential):
    """3x3 convolution, batch norm (folded on export), ReLU."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


class GateNet(nn.Module):
    """(N, 3, 256, 256) RGB in [-1, 1] -> (N, 3, 128, 128) logits of background, skin, lesion."""

    def __init__(self, config: GateConfig | None = None) -> None:
        super().__init__()
        self.config = config or GateConfig()
        stages: list[nn.Module] = []
        previous = 3
        for width, extra in zip(self.config.widths, self.config.convs, strict=True):
            blocks = [ConvBlock(previous, width, 2)]
            blocks += [ConvBlock(width, width) for _ in range(extra)]
            stages.append(nn.Sequential(*blocks))
            previous = width
        self.stages = nn.ModuleList(stages)
        outs = [self.config.top] + [self.config.decoder] * (len(stages) - 1)
        self.laterals = nn.ModuleList(
            nn.Conv2d(w, o, 1) for w, o in zip(self.config.widths, outs, strict=True)
        )
        self.fuses = nn.ModuleList(
            [ConvBlock(o, o) for o in outs[:-1]],
        )
        self.narrow = nn.Conv2d(self.config.decoder, self.config.top, 1)
        self.head = nn.Conv2d(self.config.top, len(CLASSES), 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits at half the input's resolution."""
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        x = self.laterals[-1](features[-1])
        for level in range(len(features) - 2, -1, -1):
            if level == 0:
                x = self.narrow(x)
            x = upsample(x) + self.laterals[level](features[level])
            x = self.fuses[level](x)
        logits: Tensor = self.head(x)
        return logits


def upsample(x: Tensor) -> Tensor:
    """Twice the size, bilinear with half-pixel centres, as all three runtimes do it."""
    return functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def conv_blocks(net: GateNet) -> Iterator[ConvBlock]:
    """Every convolution block with a batch norm, for folding."""
    for module in net.modules():
        if isinstance(module, ConvBlock):
            yield module


def parameter_count(net: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)
