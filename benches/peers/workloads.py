"""What a spec in `benches/workloads/` asks for, as NumPy arrays: the grid, the examples and the order in which they are visited.

All peers read the same specs and train on the same arrays, so that their answers can be compared run by run.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars

FOLDER = Path(__file__).resolve().parent.parent / "workloads"

EXHAUSTED, CONVERGED, DIVERGED = 0, 1, 2
STATUS_NAMES = ["exhausted", "converged", "diverged"]


@dataclass
class Workload:
    """A parsed spec."""

    name: str
    spec: dict
    path: Path

    @property
    def learning_rates(self):
        return axis(self.spec["grid"]["learning_rate"]).astype(float)

    @property
    def batch_sizes(self):
        return [int(batch_size) for batch_size in axis(self.spec["grid"]["batch_size"])]

    @property
    def seeds(self):
        return [int(seed) for seed in axis(self.spec["grid"]["seed"])]

    @property
    def max_epochs(self):
        return self.spec["stop"]["max_epochs"]

    @property
    def every_step(self):
        return self.spec["stop"]["evaluate_every"] == 1

    @property
    def loss_factor(self):
        return self.spec["stop"]["diverged"]["loss_factor"]


def load(name):
    path = FOLDER / f"{name}.toml"
    with open(path, "rb") as file:
        return Workload(name, tomllib.load(file), path)


def axis(description):
    """The values of one axis of the grid."""
    match description:
        case {"log": [first, last], "count": count}:
            return np.geomspace(first, last, count)
        case {"powers_of_two": [first, last]}:
            return np.array([1 << k for k in range(64) if first <= 1 << k <= last])
        case {"count": count}:
            return np.arange(1, count + 1)
        case list():
            return np.array(description)
        case _:
            return np.array([description])


@dataclass
class Regression:
    """Standardized examples with a last feature of ones for the bias, and what is known of their least squares."""

    x: np.ndarray
    y: np.ndarray

    @property
    def moments(self):
        """A = XᵀX/N, so that gap(w) = (w − w*)ᵀ A (w − w*)."""
        return self.x.T @ self.x / len(self.y)

    def optimum(self):
        """The minimizer by the normal equations, the best loss, and the gap of zeros."""
        moments = self.moments
        best = np.linalg.solve(moments, self.x.T @ self.y / len(self.y))
        best_loss = np.mean((self.x @ best - self.y) ** 2)
        return moments, best, best_loss, best @ moments @ best


def regression(workload):
    """Generates the examples of a `kind = "linear"` section: y = x·w + b + noise·z, then standardizes the features."""
    data = workload.spec["data"]
    random = np.random.default_rng(data["seed"])
    truth = random.standard_normal(data["features"] + 1)
    x = np.empty((data["examples"], data["features"] + 1))
    x[:, :-1] = random.standard_normal((data["examples"], data["features"]))
    x[:, -1] = 1.0
    y = x @ truth + data["noise"] * random.standard_normal(data["examples"])
    standardize(x[:, :-1])
    return Regression(x, y)


def standardize(features):
    """Zero mean and unit population deviation in place; a constant column becomes zeros."""
    features -= features.mean(axis=0)
    deviation = features.std(axis=0)
    features /= np.where(deviation > 0, deviation, 1.0)


def digits(path):
    """Standardized pixels with a last feature of ones, and the classes."""
    table = np.loadtxt(path, delimiter=",", skiprows=1)
    x = np.ones(table.shape)
    x[:, :-1] = table[:, :-1]
    standardize(x[:, :-1])
    return x, table[:, -1].astype(np.int64)


def orders(seeds, epochs, examples):
    """One permutation per seed and epoch, `[seed, epoch, example]`: runs that share a seed see the same order."""
    generators = [np.random.default_rng(seed) for seed in seeds]
    return np.array([[each.permutation(examples) for _ in range(epochs)] for each in generators], dtype=np.int32)


def runs(workload, **columns):
    """One row per run from arrays indexed `[batch size, seed, learning rate]`."""
    batch_size, seed, learning_rate = np.meshgrid(
        workload.batch_sizes, workload.seeds, workload.learning_rates, indexing="ij"
    )
    table = {"batch_size": batch_size, "seed": seed, "learning_rate": learning_rate}
    table |= {name: np.broadcast_to(column, batch_size.shape) for name, column in columns.items()}
    return {name: np.ravel(column) for name, column in table.items()}


def write_million(path, learning_rates, status, steps, final):
    """The table of the `million` workload: a row per learning rate, steps empty unless converged."""
    converged = polars.col("status") == CONVERGED
    polars.DataFrame({"learning_rate": learning_rates, "status": status, "steps": steps, "w": final}).with_columns(
        steps=polars.when(converged).then(polars.col("steps")),
        status=polars.col("status").replace_strict(dict(enumerate(STATUS_NAMES))),
    ).write_csv(path)
