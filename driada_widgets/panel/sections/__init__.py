"""The five steps of the panel, one small class each."""
