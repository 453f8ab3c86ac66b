"""Warm kernels: notebooks that start ready.

A server that has the libraries loaded forks itself into ordinary ipykernels. Jupyter reaches it through a
provisioner, nbclient and papermill through a kernel manager. docs/warm-kernels.md explains how it works.
"""

from kit.kernels.imports import preload_for
from kit.kernels.manager import WarmKernelManager

__all__ = ["WarmKernelManager", "preload_for"]
