"""The face of identity: signing in, links from e-mails, a person's own account, `auth` over REST."""
