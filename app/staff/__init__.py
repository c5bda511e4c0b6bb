"""The face of the staff domain."""
