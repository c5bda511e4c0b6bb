"""The face of exports: one page to ask, one that tells how far it is and gives the file out."""
