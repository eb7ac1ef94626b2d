"""The bytes of the archive."""
