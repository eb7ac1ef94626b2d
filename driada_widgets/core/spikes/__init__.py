"""From calcium to spikes: arrays in, arrays out."""
