"""Services: what the agency does for clients, and what was agreed for one of them.

Owns: service type, care task (the catalogue), service plan, what a plan provides (plan service), its tasks (plan task).
Words: a service type has a billing code (HCPCS) with up to four modifiers and a unit in which it is counted. A plan is
what client and agency agreed for a period: services with visits and hours a week, and the tasks of their visits.
A plan goes draft → pending approval → active → superseded by its successor, or expired when its period is over.
Rules: an agreed plan is never rewritten: its next edition begins as a copy and supersedes it on its first day; whoever
approves did not ask for the approval; a client has one plan on any day; a service that was ever planned stays, out of
use; a task belongs to all visits of a plan or to those of one service.
"""
