"""White label: an organisation's colours and logo as a style sheet and pictures."""
