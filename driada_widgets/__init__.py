"""Load calcium-imaging experiments: choose, check, correct, build and save."""
