"""Recordings that come with the package; ``core.sources.demo`` lists them."""
