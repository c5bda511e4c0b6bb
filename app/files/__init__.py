"""Stored files, opened by signed addresses."""
