"""Other systems that an organisation's settings depend on."""
