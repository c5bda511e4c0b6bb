"""Other companies' systems, one file each, with a stand-in for tests beside it."""
