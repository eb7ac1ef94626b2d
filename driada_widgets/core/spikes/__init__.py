"""From calcium to spikes: arrays in, arrays out; nothing here knows an experiment."""
