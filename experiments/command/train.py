"""Gradient descent on loss(w) = curvature/2 · (w − minimum)², printing a line per step.

All that Goldilocks asks of a training program is what most print anyway: a step, a loss, and whatever else is worth a column.
"""

import argparse

try:
    import numpy
except ImportError:
    numpy = None  # one parameter needs no arrays


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--learning-rate", type=float, required=True)
    arguments.add_argument("--steps", type=int, default=1000)
    arguments.add_argument("--curvature", type=float, default=0.625)
    arguments.add_argument("--start", type=float, default=1.0)
    options = arguments.parse_args()

    w = numpy.array([options.start]) if numpy else [options.start]
    for step in range(options.steps + 1):
        loss = sum(options.curvature / 2 * x * x for x in w)
        distance = sum(x * x for x in w) ** 0.5
        # float(): NumPy prints its own numbers with their type.
        print(f"step: {step}  loss: {float(loss)!r}  distance: {float(distance)!r}", flush=True)
        gradient = [options.curvature * x for x in w]
        w = [x - options.learning_rate * g for x, g in zip(w, gradient)]


if __name__ == "__main__":
    main()
