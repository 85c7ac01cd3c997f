"""What scikit-learn can say of the workloads, one run at a time, with joblib processes over the cores.

`batch-size-one`: `SGDRegressor.partial_fit` is one shuffled epoch of single examples. It minimizes half the squared
error, so `eta0` is twice the learning rate; it shuffles in its own order; it stops with an error when parameters overflow.

`wide`: `MLPClassifier` without hidden layers is softmax regression in mini-batches. It starts from small random
parameters, so they are set to zero here, and trains in its own order. A run takes a second or more, so only every eighth
learning rate is trained; the report says so in `share`, and times must be divided by it.

The other workloads have no counterpart: `SGDRegressor` has no mini-batches, nothing evaluates at every step, and there
is no gradient descent on a parabola.
"""

import os

os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}

import warnings

import numpy as np
from joblib import Parallel, delayed
from sklearn.linear_model import SGDRegressor
from sklearn.neural_network import MLPClassifier

import side
import workloads
from workloads import CONVERGED, DIVERGED, EXHAUSTED

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

THINNED = 8


def batch_size_one(workload, options):
    data = workloads.regression(workload)
    optimum = data.optimum()
    x, y = np.ascontiguousarray(data.x[:, :-1]), data.y

    def train():
        tasks = (
            delayed(regression_run)(workload, x, y, optimum, seed, rate)
            for seed in workload.seeds
            for rate in workload.learning_rates
        )
        results = np.array(Parallel(n_jobs=CORES)(tasks)).reshape(1, len(workload.seeds), -1, 2)
        return workloads.runs(workload, status=results[..., 0], steps=results[..., 1]), {}

    return train


def regression_run(workload, x, y, optimum, seed, rate):
    moments, best, best_loss, initial_gap = optimum
    target = workload.spec["stop"]["converged"]["relative_gap"] * initial_gap
    limit = workload.loss_factor * (best_loss + initial_gap) - best_loss
    model = SGDRegressor(penalty=None, learning_rate="constant", eta0=2 * rate, random_state=np.random.RandomState(seed))
    for epoch in range(1, workload.max_epochs + 1):
        try:
            model.partial_fit(x, y)
        except ValueError:  # "Floating-point under-/overflow occurred"
            return DIVERGED, 0
        off = np.append(model.coef_, model.intercept_) - best
        gap = off @ moments @ off
        if gap <= target:
            return CONVERGED, epoch * len(y)
        if not gap <= limit:
            return DIVERGED, 0
    return EXHAUSTED, 0


def wide(workload, options):
    x, y = workloads.digits(options.digits)
    x = np.ascontiguousarray(x[:, :-1])
    rates = workload.learning_rates[::THINNED]
    keys = [(size, seed, rate) for size in workload.batch_sizes for seed in workload.seeds for rate in rates]

    def train():
        results = Parallel(n_jobs=CORES)(delayed(softmax_run)(workload, x, y, *key) for key in keys)
        columns = zip(*(key + result for key, result in zip(keys, results)))
        names = "batch_size", "seed", "learning_rate", "status", "final_loss", "accuracy"
        return dict(zip(names, map(np.array, columns))), {"share": len(rates) / len(workload.learning_rates)}

    return train


def softmax_run(workload, x, y, batch_size, seed, rate):
    model = MLPClassifier(
        hidden_layer_sizes=(),
        solver="sgd",
        alpha=0.0,
        momentum=0.0,
        nesterovs_momentum=False,
        batch_size=batch_size,
        learning_rate_init=0.0,
        random_state=np.random.RandomState(seed),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.set_params(learning_rate_init=1e-300).partial_fit(x, y, classes=np.unique(y))
    for parameters in (*model.coefs_, *model.intercepts_):
        parameters[...] = 0.0
    model._optimizer.learning_rate = rate
    limit = workload.loss_factor * np.log(len(model.classes_))
    for _ in range(workload.max_epochs):
        model.partial_fit(x, y)
        probabilities = model.predict_proba(x)
        loss = -np.mean(np.log(np.maximum(probabilities[np.arange(len(y)), y], np.finfo(float).tiny)))
        accuracy = np.mean(np.argmax(probabilities, axis=1) == y)
        if not loss <= limit:
            return DIVERGED, loss, accuracy
    return EXHAUSTED, loss, accuracy


if __name__ == "__main__":
    side.main({"batch-size-one": batch_size_one, "wide": wide})
