"""Search over everything a person may see: the page and the endpoint."""
