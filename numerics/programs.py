"""Programs as JAX lowers them, kept on disk while nothing that they are made of has changed.

XLA's machine code is kept by JAX, under a key that is taken from the program's text; to write that text JAX
traces and lowers the sampler anew in every process, which takes longer than most samplers run. What is kept
here is the text, as `jax.export` serialises it. Its file is named by a digest of all that it follows from: the
sources of the engine and of the experiment, what is asked of them, shapes and dtypes, JAX and the devices.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import export
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from numerics import provenance, sealing


class Shelf(NamedTuple):
    """A folder of programs, and a digest of what tells the wanted one apart, but for its arguments."""

    folder: str
    name: str

    def narrowed(self, **more: Any) -> "Shelf":
        """The same folder, for a program that depends on more."""
        return self._replace(name=provenance.fingerprint({"of": self.name, **more}))


class Program(NamedTuple):
    """What runs, and the number of draws of its chunks."""

    chunk: int
    run: Callable


def kept(shelf: Shelf, arguments: tuple, mesh: Mesh, make: Callable[[], Program]) -> Program:
    """The program that ``make`` returns, read where it is kept, else made and kept.

    Its arguments are arrays in the shapes and dtypes of ``arguments``, none of them a typed key.
    """
    leaves, tree = jax.tree.flatten(arguments)
    device = mesh.devices.flat[0]
    devices = [device.platform, device.device_kind, mesh.size]
    file = Path(shelf.folder) / f"{key_of(shelf, str(tree), leaves, devices)}.json"
    found = read(file)
    if found is None:
        made = make()
        found = made.chunk, export.export(jax.jit(made.run))(*arguments)
        write(file, *found)
    return Program(found[0], called(found[1], mesh))


def key_of(shelf: Shelf, tree: str, leaves: list, devices: list) -> str:
    return shelf.narrowed(
        arguments=[tree, *([list(np.shape(leaf)), str(leaf.dtype)] for leaf in leaves)],
        devices=devices,
        jax=[provenance.versions().get("jax"), jax.config.jax_enable_x64],  # pyright: ignore[reportAttributeAccessIssue]
    ).name


@lru_cache(maxsize=256)  # by object: what is read twice is the same object
def called(program: export.Exported, mesh: Mesh) -> Callable:
    """Compiled, on all devices of the mesh."""
    return jax.jit(program.call, in_shardings=NamedSharding(mesh, PartitionSpec()))


@lru_cache(maxsize=256)
def parsed(text: str) -> tuple[int, export.Exported]:
    """ValueError for a text that is not whole."""
    body = sealing.unsealed(text)
    return body["chunk"], export.deserialize(bytearray(b64decode(body["program"])))


def read(file: Path) -> tuple[int, export.Exported] | None:
    """What is kept in a file; None if there is none, or if it is not whole."""
    try:
        return parsed(file.read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(file: Path, chunk: int, program: export.Exported) -> None:
    sealing.write(file, {"chunk": chunk, "program": b64encode(bytes(program.serialize())).decode()})
