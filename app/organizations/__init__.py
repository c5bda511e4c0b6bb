"""The face of organisations: settings and branches."""
