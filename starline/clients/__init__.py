"""Clients: the people the agency looks after, where they live, whom to call, who pays and what they wish.

Owns: client, service address, contact, coverage, client preference, client note, status history, stay in hospital,
care team, referral, incident, and the merging of two records of one person.
Words: a client moves inquiry → assessment → active ⇄ on hold or hospitalised → discharged or deceased. A coverage is a
payer's promise with dates and a priority. The care team are the people assigned by name.
A referral is somebody on the way to becoming a client: new → contacted → assessment scheduled → assessed → won or lost.
An incident is reported → investigating → closed. A duplicate is one of two records of the same person; merging lets one
absorb the other.
Rules: a client is never deleted, only discharged; every change of status is dated and kept; an active client has a
service address and a start of care; status hospitalised and a running stay go together; a lost referral has a reason;
an incident is due by its severity and voided, never removed; a merge can be undone for thirty days; the first address
becomes the primary one; two coverages of the same priority never share a day; a note is voided with a reason, never
removed.
"""
