"""Webhooks: an agency's own programs are told what happened, by a signed request to an address that it names.

Owns: webhook endpoint, webhook delivery.
Words: an endpoint is an address with the events it wants; a delivery is one event on its way to one endpoint, tried
until the endpoint answers that it has it (2xx), or given up.
Rules: a delivery is written in the transaction of its event, so that what was undone is never told; it holds ids,
times and versions, never a name or anything of health; every request is signed; requests lead to public machines only;
an endpoint that fails too often in a row is switched off and its administrators are told; the same delivery may come
twice, under the same id.
"""
