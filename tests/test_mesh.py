"""Streaming is the same draws in less memory: exact counts, chunks of their own, any devices, any hosts."""

import json
import math
import os
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from numerics import gaussian, mesh, threefry

ROOT = Path(__file__).resolve().parents[1]
EPS = 2.0**-52
key = partial(jax.random.key, 7)


def product(key, draws, rho):
    u, v = gaussian.pair(key, draws, rho)
    return u * v


def plain(key, draws):
    return jax.random.normal(key, (draws,), "float32")


def bits(key, draws):
    return jax.random.bits(key, (draws,)) >> 8


def sums(values):
    """Number, sum, sum of magnitudes and of squares: of integers exact, of floats in float64."""
    wide = values.astype(jnp.int64 if jnp.issubdtype(values.dtype, jnp.integer) else jnp.float64)
    return jnp.int64(values.shape[0]), jnp.sum(wide), jnp.sum(jnp.abs(wide)), jnp.sum(wide * wide)


def chunks(sampler, key, draws, chunk):
    """All the draws of a stream, by its definition."""
    sizes = [chunk] * (draws // chunk) + [draws % chunk] * (draws % chunk > 0)
    with jax.debug_key_reuse(False):
        drawn = [sampler(jax.random.fold_in(key, i), size) for i, size in enumerate(sizes)]
    return np.concatenate([np.asarray(part) for part in drawn])


@pytest.mark.parametrize("draws", [1, 128, 997])
def test_a_stream_is_its_chunks_and_no_draw_is_lost_or_added(draws):
    count, total, _, _ = mesh.stream(bits, key(), draws, summary=sums, chunk=64)
    every = chunks(bits, key(), draws, 64)
    assert (count, total) == (draws, every.astype(int).sum())


@pytest.mark.parametrize("at_once", [3])
def test_how_many_chunks_are_drawn_at_once_changes_nothing(at_once):
    one = mesh.stream(bits, key(), 997, summary=sums, chunk=64)
    assert one == mesh.stream(bits, key(), 997, summary=sums, chunk=64, at_once=at_once)


def test_a_stream_of_floats_is_the_exact_sum_to_float64():
    """For 3e8 draws of one sign in chunks of 2^15, summed in any order: (2^15 + 10^4) 2^-53 < 1e-11."""
    draws, chunk = 64 * 150, 64
    _, total, size, _ = mesh.stream(plain, key(), draws, summary=sums, chunk=chunk)
    every = chunks(plain, key(), draws, chunk).astype(float)
    assert abs(total - math.fsum(every)) <= (chunk + draws // chunk) * EPS / 2 * size


def test_points_share_their_draws_and_keep_their_order():
    rho = np.array([1.0, -1.0, 0.25, 1.0])
    count, total, size, _ = mesh.stream(product, key(), 512, {"rho": rho}, summary=sums, chunk=64)
    assert np.array_equal(count, [512] * 4)
    assert total[0] == -total[1] == total[3]
    every = chunks(partial(product, rho=0.25), key(), 512, 64)
    assert abs(total[2] - math.fsum(every)) <= 512 * EPS * size[2]


def test_any_merge_will_do_and_values_may_be_any_tree():
    def both(key, draws):
        x = plain(key, draws)
        return {"x": x, "column": x[:, None, None] * jnp.ones((1, 2, 1), x.dtype)}

    low, high = mesh.stream(
        both,
        key(),
        512,
        summary=lambda values: (jnp.min(values["x"]), jnp.max(values["column"], axis=0)),
        merge=lambda a, b: (jnp.minimum(a[0], b[0]), jnp.maximum(a[1], b[1])),
        chunk=64,
    )
    every = chunks(plain, key(), 512, 64)
    assert low == every.min()
    assert np.array_equal(high, np.full((2, 1), every.max()))


def test_one_program_serves_all_multiples_of_a_chunk_so_that_memory_does_not_grow():
    traced = []

    def sampler(key, draws):
        traced.append(draws)
        return plain(key, draws)

    mesh.stream(sampler, key(), 64, summary=sums, chunk=64)
    before = len(traced)
    assert mesh.stream(sampler, key(), 64 * 1000, summary=sums, chunk=64)[0] == 64_000
    assert len(traced) == before


def test_fewer_draws_are_taken_at_a_time_where_one_has_many_values():
    def matrices(key, draws, x):
        return jnp.ones((draws, 64, 64), x.dtype) * x

    assert mesh.chunk_size(mesh.outline(plain, key(), {})) == mesh.CHUNK
    assert mesh.chunk_size(mesh.outline(matrices, key(), {"x": np.ones(3)})) == 256


def spread_of_means(sampler):
    """z of the variance of 64 means of 16 chunks each, against that of 1024 independent standard draws."""
    means = []
    for number in range(64):
        count, total, _, _ = mesh.stream(sampler, jax.random.key(number), 1024, summary=sums, chunk=64)
        means.append(float(total) / int(count))
    return (np.var(means) * 1024 - 1) / math.sqrt(2 / 63)


def test_chunks_are_independent_of_each_other():
    assert abs(spread_of_means(plain)) < 6.5  # chi-square of 63 degrees of freedom: beyond 6.5 once in 1e7


def test_a_key_used_for_every_chunk_is_noticed(monkeypatch):
    monkeypatch.setattr(jax.random, "fold_in", lambda key, number: key)
    with jax.debug_key_reuse(False):
        assert spread_of_means(lambda key, draws: plain(key, draws)) > 6.5


def test_a_dropped_chunk_is_noticed(monkeypatch):
    kept = mesh.shares
    monkeypatch.setattr(mesh, "shares", lambda chunks, devices: kept(chunks - 1, devices))
    assert mesh.stream(lambda key, draws: bits(key, draws), key(), 640, summary=sums, chunk=64)[0] != 640


@pytest.mark.parametrize(
    ("sampler", "draws", "points", "message"),
    [
        (plain, 0, {}, "draws = 0: at least one is needed"),
        (product, 8, {"rho": 0.5}, "rho.*no axis.*same number of points"),
        (product, 8, {"rho": np.ones(2), "sigma": np.ones(3)}, "same number of points, on its leading axis"),
        (lambda key, draws: plain(key, draws + 1), 8, {}, r"shape \(257,\) for 256 draws"),
        (lambda key, draws: plain(key, draws)[0], 8, {}, r"shape \(\) for 256 draws"),
    ],
)
def test_misuse_is_refused(sampler, draws, points, message):
    with pytest.raises(ValueError, match=message):
        mesh.stream(sampler, key(), draws, points, summary=sums, chunk=64)


def test_a_chunk_without_draws_is_refused():
    with pytest.raises(ValueError, match="chunk = 0: at least one is needed"):
        mesh.stream(plain, key(), 8, summary=sums, chunk=0)


def test_an_untyped_key_is_refused():
    with pytest.raises(TypeError, match=r"typed key, from jax\.random\.key"):
        mesh.stream(plain, jax.random.PRNGKey(0), 8, summary=sums)


@pytest.mark.parametrize("dtype", ["uint8", "uint32", "uint64"])
def test_unrolled_keys_give_the_bits_of_ordinary_ones(dtype):
    usual, ours = key(), threefry.unrolled(key())
    with jax.debug_key_reuse(False):
        assert np.array_equal(jax.random.bits(ours, (5, 3), dtype), jax.random.bits(usual, (5, 3), dtype))
        for derive in (partial(jax.random.split, num=(2, 3)), partial(jax.random.fold_in, data=2**31 + 1)):
            assert np.array_equal(jax.random.key_data(derive(ours)), jax.random.key_data(derive(usual)))


@pytest.mark.parametrize("seed", [0, 2**32 - 1, 2**40 + 5])
def test_unrolled_keys_are_made_of_the_same_seeds(seed):
    ours = jax.random.key(np.uint64(seed), impl=threefry.UNROLLED)
    assert np.array_equal(jax.random.key_data(ours), jax.random.key_data(jax.random.key(np.uint64(seed))))


def test_keys_of_other_generators_are_left_alone():
    other = jax.random.key(0, impl="rbg")
    assert jax.random.key_impl(threefry.unrolled(other)) == "rbg"
    assert mesh.stream(bits, other, 100, summary=sums, chunk=64)[0] == 100


PROGRAM = """
import json, sys, jax
jax.config.update("jax_enable_x64", True)
sys.path[:0] = [{root!r}, {tests!r}]
{join}
from numerics import mesh
from test_mesh import plain, key, streamed, sums
idle = mesh.stream(plain, key(), 128, summary=sums, chunk=64)  # fewer chunks than devices
assert idle[0] == 128 and 0 < idle[2] < 1000, idle
print("RESULT", json.dumps([mesh.neurons().size, streamed(mesh.neurons())]))
"""
JOIN = "jax.distributed.initialize('127.0.0.1:{port}', 2, {host})"


def streamed(devices):
    """Number, sum, sum of magnitudes and of squares of 21 chunks."""
    return [part.item() for part in mesh.stream(plain, key(), 64 * 21, summary=sums, chunk=64, mesh=devices)]


def launched(devices, join=""):
    program = PROGRAM.format(root=str(ROOT), tests=str(ROOT / "tests"), join=join)
    environment = {
        **os.environ,
        "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
        "JAX_COMPILATION_CACHE_DIR": jax.config.jax_compilation_cache_dir or "",
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }
    command = [sys.executable, "-c", program]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def result(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err[-2000:]
    return json.loads(
        next(line for line in out.splitlines() if line.startswith("RESULT")).removeprefix("RESULT")
    )


def check_same(found, reference):
    """Counts to the bit, sums of 21 chunks to 21 2^-52 of their magnitudes."""
    count, _, size, squares = reference
    assert found[0] == count
    for part, wanted, scale in zip(found[1:], reference[1:], (size, size, squares), strict=True):
        assert abs(part - wanted) <= 21 * EPS * scale


@pytest.fixture(scope="module")
def one_device():
    return streamed(mesh.neurons(1))


@pytest.mark.parametrize("devices", [2, 4])
def test_the_number_of_devices_changes_only_the_order_of_merging(devices, one_device):
    size, found = result(launched(devices))
    assert size == devices
    check_same(found, one_device)


def free_port() -> int:
    """A port on which two processes of this machine can meet; skips where not even that is possible."""
    with socket.socket() as free, socket.socket() as guest:
        free.bind(("127.0.0.1", 0))
        free.listen()
        guest.settimeout(1)
        try:
            guest.connect(free.getsockname())
        except OSError as closed:
            pytest.skip(f"two hosts cannot meet: the loopback interface is down ({closed})")
        return free.getsockname()[1]


def test_so_does_the_number_of_hosts(one_device):
    port = free_port()
    hosts = [launched(1, JOIN.format(port=port, host=host)) for host in (0, 1)]
    try:
        for process in hosts:
            size, found = result(process)
            assert size == 2
            check_same(found, one_device)
    finally:
        for process in hosts:
            with process:  # closes its pipes
                process.kill()


def test_a_result_that_differs_by_less_than_one_draw_is_noticed(one_device):
    count, total, size, squares = one_device
    for wrong in ([count + 1, total, size, squares], [count, total + 1e-12 * size, size, squares]):
        with pytest.raises(AssertionError):
            check_same(wrong, one_device)
