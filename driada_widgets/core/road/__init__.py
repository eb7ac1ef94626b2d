"""The stations that ``run``, ``check`` and the workbench share: open, look, build, save."""
