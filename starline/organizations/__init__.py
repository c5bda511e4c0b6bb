"""Organisations: the agencies on the platform, what each has set for itself, and their branches.

Owns: organization, organization settings, branch, the per-organisation number series.
Rules: an organisation is found by custom domain, subdomain, header or token, and where two disagree the request is
refused. Setting one up is all or nothing. A feature that is off has no menu, no screen and no endpoint.
"""
