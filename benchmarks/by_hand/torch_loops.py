"""Training, evaluation and prediction on PyTorch without the library: modules, and optimizers of `torch.optim`."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def mlp():
    return nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


def convnet():
    stack = [nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*stack, nn.Flatten(), nn.Linear(1600, 10))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(128, 1e-3) for _ in range(2)])
        self.into, self.out = nn.Linear(128, 384), nn.Linear(128, 128)
        self.widen, self.narrow = nn.Linear(128, 512), nn.Linear(512, 128)

    def forward(self, x):
        q, k, v = self.into(self.norms[0](x)).view(*x.shape[:2], 3, 8, 16).permute(2, 0, 3, 1, 4)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape))
        return x + self.narrow(F.relu(self.widen(self.norms[1](x))))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(1000, 128)
        self.blocks = nn.Sequential(*[Block() for _ in range(6)])
        self.head = nn.Linear(128, 10)

    def forward(self, tokens):
        return self.head(self.blocks(self.embedding(tokens)).mean(1))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(32, 64, num_layers=2, batch_first=True)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


NETWORKS = {"mlp": mlp, "convnet": convnet, "transformer": Transformer, "lstm": Lstm}


class Loops:
    """A network with its loops over shuffled batches."""

    def __init__(self, case, x, y, batch_size, weight_decay):
        self.model = NETWORKS[case]()
        if x.ndim == 4:
            x = x.transpose(0, 3, 1, 2).copy()
        self.data = torch.from_numpy(x), torch.from_numpy(y.astype("int64")), batch_size
        parameters = self.model.parameters()
        if weight_decay:
            self.optimizer = torch.optim.AdamW(parameters, weight_decay=weight_decay, fused=True)
        else:
            self.optimizer = torch.optim.Adam(parameters, fused=True)

    def fit(self):
        x, y, size = self.data
        self.model.train()
        order = torch.randperm(len(x))
        total, hits = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for i in range(0, len(x), size):
            rows = order[i : i + size]
            labels = y[rows]
            logits = self.model(x[rows])
            loss = F.cross_entropy(logits, labels)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.detach()
            hits += (logits.detach().argmax(1) == labels).sum()
        return float(total), int(hits)

    @torch.no_grad()
    def evaluate(self):
        x, y, size = self.data
        self.model.eval()
        total, hits = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for i in range(0, len(x), size):
            logits, labels = self.model(x[i : i + size]), y[i : i + size]
            total += F.cross_entropy(logits, labels)
            hits += (logits.argmax(1) == labels).sum()
        return float(total), int(hits)

    @torch.no_grad()
    def predict(self):
        x, _, size = self.data
        self.model.eval()
        return np.concatenate([self.model(x[i : i + size]).numpy() for i in range(0, len(x), size)])

    @torch.no_grad()
    def predict_row(self):
        self.model.eval()
        return self.model(self.data[0][:1]).numpy()
