"""The networks of `gpu.py` on PyTorch without the library: modules in channels-first order, autocast, fused Adam."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def mlp(inputs, units, classes, **_):
    first, second = nn.Linear(inputs, units), nn.Linear(units, units)
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), nn.Linear(units, classes))


class Lstm(nn.Module):
    def __init__(self, inputs, units, classes, **_):
        super().__init__()
        self.lstm = nn.LSTM(inputs, units, num_layers=2, batch_first=True)
        self.head = nn.Linear(units, classes)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


def convolved(inputs, outputs, size, stride=1):
    convolution = nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride, projects):
        super().__init__()
        self.reduce, self.middle = convolved(inputs, width, 1, stride), convolved(width, width, 3)
        self.widen = convolved(width, 4 * width, 1)
        self.shortcut = convolved(inputs, 4 * width, 1, stride) if projects else nn.Identity()

    def forward(self, x):
        y = self.widen(F.relu(self.middle(F.relu(self.reduce(x)))))
        return F.relu(self.shortcut(x) + y)


class Resnet(nn.Module):
    def __init__(self, blocks, classes, **_):
        super().__init__()
        stack, inputs = [convolved(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
        for stage, count in enumerate(blocks):
            width = 64 * 2**stage
            for index in range(count):
                stack.append(Bottleneck(inputs, width, 2 if stage and not index else 1, not index))
                inputs = 4 * width
        self.stack, self.head = nn.Sequential(*stack), nn.Linear(inputs, classes)

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)  # pixels come with the channels last, which is the fast order in memory
        return self.head(self.stack(x).mean((2, 3)))


class Block(nn.Module):
    def __init__(self, width, heads, causal):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.norms = nn.ModuleList([nn.LayerNorm(width, 1e-3) for _ in range(2)])
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        size = (*x.shape[:2], 3, self.heads, x.shape[2] // self.heads)
        q, k, v = self.into(self.norms[0](x)).view(size).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        x = x + self.out(attended.transpose(1, 2).reshape(x.shape))
        return x + self.narrow(F.gelu(self.widen(self.norms[1](x))))


class Transformer(nn.Module):
    def __init__(self, length, width, heads, depth, words, causal, classes, **_):
        super().__init__()
        self.causal = causal
        self.embedding, self.positions = nn.Embedding(words, width), nn.Parameter(torch.randn(length, width) * 0.05)
        self.blocks = nn.Sequential(*[Block(width, heads, causal) for _ in range(depth)], nn.LayerNorm(width, 1e-3))
        self.head = nn.Linear(width, words if causal else classes)

    def forward(self, tokens):
        x = self.blocks(self.embedding(tokens) + self.positions)
        return self.head(x if self.causal else x.mean(1))


NETWORKS = {"mlp": mlp, "resnet": Resnet, "lstm": Lstm, "bert": Transformer, "decoder": Transformer}


class Training:
    """A network, its optimizer and its step."""

    def __init__(self, case, size, precision, mode, classes):
        self.network = NETWORKS[case](**size, classes=classes).to(DEVICE)
        if case == "resnet":
            self.network = self.network.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.network.parameters(), 1e-4, fused=True)
        self.mixed = precision == "mixed_bfloat16"
        self.losses = torch.compile(self._loss) if mode != "eager" else self._loss

    def _loss(self, x, y):
        with torch.autocast(DEVICE, torch.bfloat16, enabled=self.mixed):
            logits = self.network(x).float()
        return F.cross_entropy(logits.flatten(0, -2), y.flatten())

    def epoch(self, x, y, size):
        total = torch.zeros((), device=DEVICE)
        for start in range(0, len(x), size):
            rows = slice(start, start + size)
            inputs = torch.from_numpy(x[rows]).to(DEVICE, non_blocking=True)
            targets = torch.from_numpy(y[rows].astype(np.int64)).to(DEVICE, non_blocking=True)
            self.optimizer.zero_grad()
            loss = self.losses(inputs, targets)
            loss.backward()
            self.optimizer.step()
            total += loss.detach()
        return float(total)
