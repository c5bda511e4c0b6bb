"""Files: documents that belong to a record, in versions, scanned before anybody opens them.

Owns: stored file, file version. Words: the *owner* is the record a file belongs to (a client, a credential); a
*quarantined* file was found infected or couldn't be scanned; the *trash* keeps what was thrown away until a job
empties it.
Rules: what a file is, is read from its content, and its name must agree. Pictures are drawn anew, so that nothing
hidden in them is kept. Whoever may see the owner may see its files, and nobody else. What is on legal hold can't be
thrown away.
"""
