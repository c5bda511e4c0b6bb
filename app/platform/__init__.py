"""The operator's screens, and what makes a development machine run without other services."""
