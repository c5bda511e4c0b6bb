"""Clients: the people the agency looks after, where they live, whom to call, who pays and what they wish.

Owns: client, service address, contact, coverage, client preference, client note, status history, care team.
Words: a client moves inquiry → assessment → active ⇄ on hold or hospitalised → discharged or deceased. A coverage is a
payer's promise with dates and a priority. The care team are the people assigned by name.
Rules: a client is never deleted, only discharged; every change of status is dated and kept; the first address becomes
the primary one; two coverages of the same priority never share a day; a note is voided with a reason, never removed.
"""
