"""The face of webhooks."""
