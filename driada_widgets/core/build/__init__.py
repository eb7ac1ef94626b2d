"""Arrays and a plan become an experiment."""
