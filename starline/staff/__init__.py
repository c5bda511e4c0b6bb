"""Staff: the people who give care and run the office, what they are qualified for, when they can work, what they earn.

Owns: staff member, credential type, credential, availability, time off, pay rate.
Words: a position is the job, a discipline is what the job is licensed or paid as. A credential proves something a
credential type asks for; it is ok, expiring, expired or missing on a given day. Availability is weekly by local time,
with exceptions by date.
Rules: nobody is deleted, only terminated; the same credential, pay rate or absence never overlaps itself; time off
counts once approved; an expired credential of a blocking type keeps the person off the schedule.
"""
