"""Time series in and out of arrays: types, detection, series, transforms."""
