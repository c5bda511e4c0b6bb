"""Imports as people do them: a sheet, its columns, a trial, a deed with progress, and the way back."""
