"""Exports: every list that a person may take along, written in the background and kept for a week as one zip file.

The lists are read by `app.exports`, which knows what of them the person may see.
"""
