"""Notifications: what somebody should know without having asked, kept in the product until it is read or old.

Owns: notification, push device.
Words: a notification belongs to one person, who alone sees it. Its sentence is written in English with `%(name)s` for
its facts and is told in the language of whoever reads it. Its link is the page where something can be done about it.
A push device is a browser that its person has told to show what they should know with every page closed.
Rules: a sentence may name people and days, never anything clinical; nobody is told of what they did themselves; the
same `key` is told a person once; after ninety days a notification is cleared away, read or not.
"""
