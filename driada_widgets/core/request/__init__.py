"""What a person asks for, as frozen values that can be written down."""
