"""Saving, opening and trusting what was saved."""
