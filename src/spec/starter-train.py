"""A stand-in for your own training program: it prints a step and a loss per line, and that is all that is asked of it."""

import argparse
import random

arguments = argparse.ArgumentParser()
arguments.add_argument("--lr", type=float)
arguments.add_argument("--momentum", type=float)
arguments.add_argument("--seed", type=int)
options = arguments.parse_args()

random.seed(options.seed)
w, velocity = random.uniform(0.5, 1.5), 0.0
for step in range(201):
    print(f"step {step}: loss {0.3 * w * w}", flush=True)
    velocity = options.momentum * velocity + 0.6 * w
    w -= options.lr * velocity
