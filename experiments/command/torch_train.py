"""A small network on two moons of points, in PyTorch; prints a line every ten steps."""

import argparse
import math

import torch


def moons(count, generator):
    angle = math.pi * torch.rand(count, generator=generator)
    label = torch.arange(count) % 2
    sign = 1 - 2 * label
    x = torch.stack([torch.cos(angle) * sign + label, torch.sin(angle) * sign + label / 2], dim=1)
    return x + 0.1 * torch.randn(count, 2, generator=generator), label


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--lr", type=float, required=True)
    arguments.add_argument("--batch-size", type=int, required=True)
    arguments.add_argument("--dropout", type=float, required=True)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--steps", type=int, required=True)
    options = arguments.parse_args()

    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(0)  # all runs learn from the same points
    (x, label), (held_out, held_out_label) = moons(500, generator), moons(500, generator)
    model = torch.nn.Sequential(
        torch.nn.Linear(2, 32), torch.nn.ReLU(), torch.nn.Dropout(options.dropout), torch.nn.Linear(32, 2)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=options.lr)
    loss_of = torch.nn.CrossEntropyLoss()
    for step in range(options.steps + 1):
        batch = torch.randint(len(x), (options.batch_size,))
        loss = loss_of(model(x[batch]), label[batch])
        if step % 10 == 0:
            model.eval()
            with torch.no_grad():
                val_loss = loss_of(model(held_out), held_out_label)
            model.train()
            print(f"step {step}: loss {loss.item():.6f}, val_loss {val_loss.item():.6f}", flush=True)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    main()
