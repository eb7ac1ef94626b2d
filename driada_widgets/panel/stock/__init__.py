"""Stock controls for the parts of the panel whose scripts need anywidget, where it is missing."""
