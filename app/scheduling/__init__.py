"""The face of the schedule."""
