"""The panel: what a person sees and touches, over the road of the core."""
