"""Scheduling: who goes where, and when.

Owns: visit, series of visits, holiday, clock event, visit exception, clocking rule (tolerance), the visit's tasks and
record, telephone line and PIN.
Words: a series repeats by a rule (RFC 5545) in the wall-clock time of a zone; its visits are made some weeks ahead.
A visit has a caregiver or is open; it goes scheduled → confirmed → in progress → completed → verified → billed, or is
void: cancelled or missed, with a reason. A visit that was changed for itself is changed by hand.
Rules: no caregiver is in two places at once, which the database itself refuses; what has begun, is past or void is
never changed by its series; what was changed by hand is changed by its series only where somebody says so; a visit
that people changed is called off, never removed; local times stay over a change of clocks, and real minutes count;
making visits ahead twice changes nothing, and a visit whose caregiver is taken is made without one rather than not.
Proof: a clock event counts, was corrected, or is kept beside for review; nothing a caregiver sends is lost or counted
twice; tolerances never keep anybody from clocking; a visit is verified once the six elements of the law are there and
no exception is undecided; positions are kept of clock events alone. `evv` clocks, `verification` judges, `watch` tells.
"""
