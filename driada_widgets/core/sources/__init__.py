"""Readers: one file a format, found by first bytes."""
