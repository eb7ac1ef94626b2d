"""The version of the package, for the core to write into what it saves."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
