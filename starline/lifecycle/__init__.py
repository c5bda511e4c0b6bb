"""The life of a whole agency on the platform: taken out, put back, deleted; and copies without real people.

- export: an archive of every row, file and key of one organisation, read under its own policy in one snapshot
- restore: the archive put into a platform that doesn't know the organisation, all of it or nothing
- deletion: every row, file and key gone, with a certificate and a tombstone that is replayed after a recovery
- masking: a copy of the database in which nobody can be recognised and every reference still holds

These are an operator's commands. Export reads as the runtime role; what must write past the append-only audit works as
the owner of the tables, still under the organisation's own policy. Nothing here serves a request.
"""
