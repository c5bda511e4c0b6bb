"""The virus scanner, one file with its stand-in for tests."""
