"""The caregiver's phone: `/my`, which also works where there is no signal."""
