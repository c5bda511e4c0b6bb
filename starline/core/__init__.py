"""The ground every domain stands on: database, tenancy, errors, events, jobs, mail, storage, secrets."""
