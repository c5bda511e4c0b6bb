"""What people are told in the product: the bell's panel, the page and the REST endpoints."""
