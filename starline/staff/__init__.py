"""Staff: the people who give care and run the office, what they are qualified for, when they can work, what they earn.

Owns: staff member, credential type, credential, exclusion check, availability, time off, pay rate, training course and
record, in-service rule, performance review, onboarding checklist, step and item, applicant.
Words: a position is the job, a discipline is what the job is licensed or paid as. A credential proves something a
credential type asks for; on a given day it is ok, expiring, unverified, expired or missing. Clearance is the answer to
whether somebody may be sent: yes, warn or no, with its reasons as sentences. Availability is weekly by local time, with
exceptions by date. An applicant goes from stage to stage to the hire; onboarding is the list of steps that follows.
Rules: nobody is deleted, only terminated; the same credential, pay rate or absence never overlaps itself; time off
counts once approved; nobody verifies, signs or grants their own; whoever is on an exclusion list is never sent; what a
lapse does is the credential type's to say; a reminder is sent once; nobody is hired without an offer.
Scheduling asks `compliance.clearances(staff_ids, service, on)`: two statements for however many people.
"""
