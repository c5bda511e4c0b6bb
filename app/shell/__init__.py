"""What surrounds every page and answers by itself: the palette, the figures of the rail, the choice of a branch."""
