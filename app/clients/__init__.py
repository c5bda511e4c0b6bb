"""The face of the clients domain."""
