"""Pure rules of the schedule, over plain values."""
