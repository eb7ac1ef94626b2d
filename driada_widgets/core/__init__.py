"""The headless core: everything the loader does, without a widget, a figure or a print."""
