"""The face of services."""
