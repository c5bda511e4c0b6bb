"""Starline: what a home-care agency is and does, free of any web framework."""
