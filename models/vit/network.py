"""Convolutional-stem Vision Transformer with mask, class and embedding heads.

One forward pass answers everything the product asks of a lesion crop. A convolutional stem
("early convolutions help transformers see better", Xiao et al. 2021) was chosen over patch
embedding because it gives the mask decoder strides 4 and 8 for free and trains from scratch
on some ten thousand pictures.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

CLASSES = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
MEAN_RGB = (0.70, 0.56, 0.50)
STD_RGB = (0.15, 0.16, 0.18)
HEAD_WIDTH = 64
DECODER_CHANNELS = 48
EMBEDDING_SIZE = 128
TOKEN_STRIDE = 16


@dataclass(frozen=True)
class VitConfig:
    """Shape of the network: side of the square input in pixels, token width, block count."""

    size: int = 192
    dim: int = 192
    depth: int = 6

    def __post_init__(self) -> None:
        if self.size % TOKEN_STRIDE or self.dim % HEAD_WIDTH:
            raise ValueError(
                f"size must be a multiple of {TOKEN_STRIDE} and dim of {HEAD_WIDTH}: {asdict(self)}"
            )

    @property
    def grid(self) -> int:
        """Tokens along one side."""
        return self.size // TOKEN_STRIDE

    @property
    def heads(self) -> int:
        """Attention heads."""
        return self.dim // HEAD_WIDTH


class VitOutput(NamedTuple):
    """What one pass returns; N is the batch, G the token grid (size / 16).

    embedding: (N, 128), unit length. mask_logits: (N, 1, size/4, size/4).
    class_logits: (N, 7), the mean over heatmap. heatmap: (N, 7, G, G) class logits per token.
    """

    embedding: Tensor
    mask_logits: Tensor
    class_logits: Tensor
    heatmap: Tensor


def conv_bn_relu(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """3x3 convolution, batch norm, ReLU; the bias would be swallowed by the norm."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class Attention(nn.Module):
    """Multi-head self-attention over (N, T, dim) tokens."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def core(self, x: Tensor) -> Tensor:
        """Attention before the output projection; the part the exporter replaces."""
        n, t, dim = x.shape
        qkv = self.qkv(x).reshape(n, t, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2])
        return mixed.transpose(1, 2).reshape(n, t, dim)

    def forward(self, x: Tensor) -> Tensor:
        """Return attended tokens of the same shape."""
        mixed: Tensor = self.proj(self.core(x))
        return mixed


class Block(nn.Module):
    """Pre-norm transformer block with a four times wider MLP."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.n1 = nn.LayerNorm(dim)
        self.a = Attention(dim, heads)
        self.n2 = nn.LayerNorm(dim)
        self.f1 = nn.Linear(dim, 4 * dim)
        self.f2 = nn.Linear(4 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        """Return tokens of the same (N, T, dim) shape."""
        x = x + self.a(self.n1(x))
        out: Tensor = x + self.f2(functional.gelu(self.f1(self.n2(x))))
        return out


class LesionVit(nn.Module):
    """Hybrid ViT: normalised RGB (N, 3, size, size) in, ``VitOutput`` out."""

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.config = config
        dim, wide = config.dim, DECODER_CHANNELS
        self.s1 = conv_bn_relu(3, 24, 2)
        self.s2 = nn.Sequential(conv_bn_relu(24, 48, 2), conv_bn_relu(48, 48))
        self.s3 = nn.Sequential(conv_bn_relu(48, 96, 2), conv_bn_relu(96, 96))
        self.s4 = nn.Sequential(conv_bn_relu(96, dim, 2))
        self.proj = nn.Conv2d(dim, dim, 1)
        self.pos = nn.Parameter(0.02 * torch.randn(1, config.grid**2, dim))
        self.blocks = nn.ModuleList(Block(dim, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(dim)
        self.l4 = nn.Conv2d(dim, wide, 1)
        self.l3 = nn.Conv2d(96, wide, 1)
        self.l2 = nn.Conv2d(48, wide, 1)
        self.d3 = conv_bn_relu(wide, wide)
        self.d2 = conv_bn_relu(wide, wide)
        self.out = nn.Conv2d(wide, 1, 1)
        self.emb = nn.Linear(dim, EMBEDDING_SIZE)
        self.cls = nn.Linear(dim, len(CLASSES))

    def forward(self, image: Tensor) -> VitOutput:
        """Run all heads on normalised RGB pictures (N, 3, size, size)."""
        stride4 = self.s2(self.s1(image))
        stride8 = self.s3(stride4)
        x = self.proj(self.s4(stride8)).flatten(2).transpose(1, 2) + self.pos
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        grid = self.config.grid
        coarse = self.l4(x.transpose(1, 2).unflatten(2, (grid, grid)))
        middle = self.d3(functional.interpolate(coarse, scale_factor=2.0) + self.l3(stride8))
        fine = self.d2(functional.interpolate(middle, scale_factor=2.0) + self.l2(stride4))
        heatmap = self.cls(x).transpose(1, 2).unflatten(2, (grid, grid))
        embedding = functional.normalize(self.emb(x.mean(1)).float(), dim=1)
        return VitOutput(embedding, self.out(fine), heatmap.mean((2, 3)), heatmap)


class Released(nn.Module):
    """The network as shipped: uint8 RGB (N, size, size, 3) in, so callers cannot mis-normalise."""

    def __init__(self, network: LesionVit) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> VitOutput:
        """Normalise and run."""
        result: VitOutput = self.network(normalise(image))
        return result


def normalise(image: Tensor) -> Tensor:
    """Turn uint8 RGB (N, H, W, 3) into the float32 (N, 3, H, W) the network expects."""
    x = image.permute(0, 3, 1, 2).float().div_(255.0)
    mean = x.new_tensor(MEAN_RGB).view(1, 3, 1, 1)
    return x.sub_(mean).div_(x.new_tensor(STD_RGB).view(1, 3, 1, 1))


def save_weights(path: Path, state: dict[str, Tensor]) -> None:
    """Write weights as a half-precision npz: no pickle, so loading it runs no code."""
    arrays = {
        name: value.half().numpy() if value.is_floating_point() else value.numpy()
        for name, value in state.items()
    }
    np.savez_compressed(path, allow_pickle=False, **arrays)


def load_weights(path: Path, network: LesionVit) -> None:
    """Fill ``network`` from an npz of :func:`save_weights`; raises RuntimeError on any mismatch."""
    with np.load(path, allow_pickle=False) as archive:
        state = {name: torch.from_numpy(archive[name].copy()) for name in archive.files}
    network.load_state_dict(
        {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
    )
