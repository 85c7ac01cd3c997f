"""The workloads in JAX on the CPU, in float64.

The runs are spread over one host device per core with `shard_map` (the seeds, or the learning rates where there is one
seed), because one device leaves the second core idle in loops of small operations. Within a device everything is one
compiled function per batch size: arrays over (seed, learning rate) instead of loops, `scan` over the steps of an epoch,
`while_loop` over epochs until every run has ended. A run that has ended is frozen, it cannot leave the array.
"""

import os

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def devices(wanted):
    """The largest number of devices, at most one per core, that divides the work evenly."""
    return max(count for count in range(1, CORES + 1) if wanted % count == 0)


os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={CORES}"

import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import AxisType, NamedSharding, PartitionSpec

import side
import workloads
from workloads import CONVERGED, DIVERGED, EXHAUSTED

jax.config.update("jax_enable_x64", True)


def spread(function, shared, split):
    """Compiles `function(*shared, *split)`; the arguments in `split` and all results are divided along their first axis."""
    count = devices(split)
    mesh = jax.make_mesh((count,), ("runs",), devices=jax.devices()[:count], axis_types=(AxisType.Auto,))
    whole, part = PartitionSpec(), PartitionSpec("runs")
    return jax.jit(
        jax.shard_map(function, mesh=mesh, in_specs=(*[whole] * shared, part), out_specs=part, check_vma=False)
    )


def batches(array, batch_size):
    """`[seed, example, …]` as `[batch, seed, example in batch, …]`; examples beyond the last whole batch are left out."""
    seeds, examples = array.shape[:2]
    count = examples // batch_size
    whole = array[:, : count * batch_size]
    return whole.reshape(seeds, count, batch_size, *array.shape[2:]).swapaxes(0, 1)


def study(workload, options):
    """Linear regression over batch sizes, learning rates and seeds, to a relative gap."""
    data = workloads.regression(workload)
    moments, best, best_loss, initial_gap = data.optimum()
    examples, width = data.x.shape
    order = workloads.orders(workload.seeds, workload.max_epochs, examples)
    rates = workload.learning_rates
    target = workload.spec["stop"]["converged"]["relative_gap"] * initial_gap
    limit = workload.loss_factor * (best_loss + initial_gap) - best_loss

    def judge(w, step, status, steps):
        """The verdict on runs that have not ended."""
        off = w - best
        gap = jnp.sum(jnp.einsum("slf,fg->slg", off, moments) * off, axis=-1)
        now = jnp.where(gap <= target, CONVERGED, jnp.where(gap <= limit, EXHAUSTED, DIVERGED))
        running = status == EXHAUSTED
        return jnp.where(running, now, status), jnp.where(running & (now == CONVERGED), step, steps)

    def trainer(batch_size):
        factor = (2 / batch_size) * rates[:, None]

        def train(x, y, order):
            def step(state, batch):
                w, count, status, steps = state
                xs, ys = batch
                error = jnp.einsum("sbf,slf->slb", xs, w) - ys[:, None, :]
                w = w - factor * jnp.einsum("slb,sbf->slf", error, xs)
                count = count + 1
                if workload.every_step:
                    status, steps = judge(w, count, status, steps)
                return (w, count, status, steps), None

            def epoch(carry):
                number, (w, count, status, steps) = carry
                visit = order[:, number]
                epoch_batches = batches(x[visit], batch_size), batches(y[visit], batch_size)
                (after, count, status, steps), _ = lax.scan(step, (w, count, status, steps), epoch_batches)
                if not workload.every_step:
                    status, steps = judge(after, count, status, steps)
                ended = (status != EXHAUSTED)[..., None]
                return number + 1, (jnp.where(ended, w, after), count, status, steps)

            def unfinished(carry):
                number, (_, _, status, _) = carry
                return (number < workload.max_epochs) & jnp.any(status == EXHAUSTED)

            none = jnp.zeros((order.shape[0], len(rates)), dtype=int)
            start = 0, (jnp.zeros((*none.shape, width)), 0, none, none)
            _, (_, _, status, steps) = lax.while_loop(unfinished, epoch, start)
            return status, steps

        return spread(train, shared=2, split=len(order))

    compiled = {batch_size: trainer(batch_size) for batch_size in workload.batch_sizes}
    x, y, order = jax.device_put((data.x, data.y, order))

    def train():
        results = [compiled[batch_size](x, y, order) for batch_size in workload.batch_sizes]
        status, steps = (np.stack(column) for column in zip(*results))
        return workloads.runs(workload, status=status, steps=steps), {}

    return train


def million(workload, options):
    """A million learning rates on a parabola. Neighbours end at about the same step, so chunks of them end early."""
    problem, stop = workload.spec["problem"], workload.spec["stop"]
    curvature, start = problem["curvature"], problem["start"]
    near, far = stop["converged"]["distance"] * abs(start), np.sqrt(workload.loss_factor) * abs(start)
    rates = workload.learning_rates
    chunk = 4000

    def train_chunk(rate):
        factor = rate * curvature

        def step(state):
            count, w, status, steps = state
            after = w - factor * w
            now = jnp.where(abs(after) <= near, CONVERGED, jnp.where(abs(after) <= far, EXHAUSTED, DIVERGED))
            running = status == EXHAUSTED
            w, status = jnp.where(running, after, w), jnp.where(running, now, status)
            return count + 1, w, status, jnp.where(running, count + 1, steps)

        def unfinished(state):
            return (state[0] < stop["max_steps"]) & jnp.any(state[2] == EXHAUSTED)

        none = jnp.zeros(rate.shape, dtype=jnp.int32)
        return lax.while_loop(unfinished, step, (jnp.int32(0), jnp.full(rate.shape, start), none, none))[1:]

    compiled = spread(partial(lax.map, train_chunk), shared=0, split=len(rates) // chunk)
    # Deal the chunks out like cards, so that no device gets all the slow ones.
    count = devices(len(rates) // chunk)
    dealt = rates.reshape(-1, count, chunk).swapaxes(0, 1).reshape(-1, chunk)

    def gather(array):
        return np.asarray(array).reshape(count, -1, chunk).swapaxes(0, 1).reshape(-1)

    def train():
        w, status, steps = map(gather, compiled(dealt))
        trained = time.perf_counter()
        workloads.write_million(options.table, rates, status, steps, w)
        return {"learning_rate": rates, "status": status, "steps": steps}, {"table": time.perf_counter() - trained}

    return train


def wide(workload, options):
    """Softmax regression with bias. A seed's runs share their examples: one matrix product for all learning rates.

    The seeds of a device are trained one after the other: `vmap` over them took more processor time when tried.
    """
    x, y = workloads.digits(options.digits)
    examples, width = x.shape
    classes = int(y.max()) + 1
    rates = workload.learning_rates
    order = workloads.orders(workload.seeds, workload.max_epochs, examples)
    limit = workload.loss_factor * np.log(classes)

    def logits(x, w):
        """`[example, class, learning rate]` from parameters `[feature, class, learning rate]`."""
        return (x @ w.reshape(width, -1)).reshape(-1, classes, len(rates))

    def evaluate(x, y, w):
        z = logits(x, w)
        target = jnp.take_along_axis(z, y[:, None, None], axis=1)[:, 0]
        loss = jnp.mean(jax.nn.logsumexp(z, axis=1) - target, axis=0)
        return loss, jnp.mean(jnp.argmax(z, axis=1) == y[:, None], axis=0)

    def step(w, batch):
        x, one_hot = batch
        error = jax.nn.softmax(logits(x, w), axis=1) - one_hot[:, :, None]
        gradient = (x.T @ error.reshape(len(x), -1)).reshape(w.shape)
        return w - (rates / len(x)) * gradient, None

    def trainer(batch_size):
        whole = examples // batch_size * batch_size

        def train(x, y, order):
            one_hot = jax.nn.one_hot(y, classes, dtype=x.dtype)

            def epoch(state, visit):
                w, status, loss, accuracy = state
                xs, ys = x[visit], one_hot[visit]
                blocks = xs[:whole].reshape(-1, batch_size, width), ys[:whole].reshape(-1, batch_size, classes)
                after, _ = lax.scan(step, w, blocks)
                if whole < examples:
                    after, _ = step(after, (xs[whole:], ys[whole:]))
                new_loss, new_accuracy = evaluate(x, y, after)
                running = status == EXHAUSTED
                w = jnp.where(running, after, w)
                loss, accuracy = jnp.where(running, new_loss, loss), jnp.where(running, new_accuracy, accuracy)
                return (w, jnp.where(running & ~(new_loss <= limit), DIVERGED, status), loss, accuracy), None

            def of_seed(order):
                none = jnp.zeros(len(rates))
                start = jnp.zeros((width, classes, len(rates))), none.astype(int), none, none
                return lax.scan(epoch, start, order)[0][1:]

            return lax.map(of_seed, order)

        return spread(train, shared=2, split=len(order))

    compiled = {batch_size: trainer(batch_size) for batch_size in workload.batch_sizes}
    x, y, order = jax.device_put((x, y, order))

    def train():
        results = [compiled[batch_size](x, y, order) for batch_size in workload.batch_sizes]
        status, loss, accuracy = (np.stack(column) for column in zip(*results))
        return workloads.runs(workload, status=status, final_loss=loss, accuracy=accuracy), {}

    return train


def big_full(workload, options):
    """One full-batch run. Every device has its share of the examples and reads it in blocks that fit the cache."""
    data = workloads.regression(workload)
    examples, width = data.x.shape
    rate, steps = workload.learning_rates[0], workload.spec["stop"]["max_steps"]
    block = 4000
    count = devices(examples // block)
    mesh = jax.make_mesh((count,), ("examples",), devices=jax.devices()[:count], axis_types=(AxisType.Auto,))
    part, whole = PartitionSpec("examples"), PartitionSpec()
    x, y = jax.device_put(
        (data.x.reshape(-1, block, width), data.y.reshape(-1, block)), NamedSharding(mesh, part)
    )

    def descend(x, y):
        def add(sums, blocks):
            x, y = blocks
            error = x @ sums[2] - y
            return (sums[0] + error @ x, sums[1] + error @ error, sums[2]), None

        def step(w, _):
            (gradient, squares, _), _ = lax.scan(add, (jnp.zeros(width), 0.0, w), (x, y))
            gradient, squares = lax.psum((gradient, squares), "examples")
            return w - (2 * rate / examples) * gradient, squares / examples

        # One step more than asked for: the loss of a step comes with the errors of the next.
        return lax.scan(step, jnp.zeros(width), length=steps + 1)[1]

    compiled = jax.jit(jax.shard_map(descend, mesh=mesh, in_specs=(part, part), out_specs=whole, check_vma=False))

    def train():
        losses = np.asarray(compiled(x, y))
        return {"initial_loss": losses[:1], "final_loss": losses[-1:]}, {}

    return train


def big_batches(workload, options):
    """One run of one epoch in mini-batches."""
    data = workloads.regression(workload)
    rate, batch_size = workload.learning_rates[0], workload.batch_sizes[0]
    order = workloads.orders(workload.seeds, 1, len(data.y))[0, 0]
    x, y, order = jax.device_put((data.x, data.y, order), jax.devices()[0])

    @jax.jit
    def epoch(x, y, order):
        def step(w, visit):
            xs = x[visit]
            return w - (2 * rate / len(visit)) * ((xs @ w - y[visit]) @ xs), None

        whole = len(y) // batch_size * batch_size
        w, _ = lax.scan(step, jnp.zeros(x.shape[1]), order[:whole].reshape(-1, batch_size))
        if whole < len(y):
            w, _ = step(w, order[whole:])
        return jnp.mean(y**2), jnp.mean((x @ w - y) ** 2)

    def train():
        initial, final = map(float, epoch(x, y, order))
        return {"initial_loss": [initial], "final_loss": [final]}, {}

    return train


if __name__ == "__main__":
    side.main(
        {
            "batch-size-study": study,
            "batch-size-one": study,
            "fine-study": study,
            "million": million,
            "wide": wide,
            "one-big-run-full": big_full,
            "one-big-run-256": big_batches,
        }
    )
