"""The object model: names, neurons, experiments."""
