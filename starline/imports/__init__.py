"""Imports: rows of a spreadsheet that become records, tried first, done in the background, and undone as a whole.

- **Import**: one sheet meant for one list, with how its columns are read. It goes from mapping (people say which column
  is what) over checking (every row is tried and rolled back) to checked, running, done, and if wanted to undone.
- **Import row**: one row of the sheet. Its cells lie encrypted, for they hold whatever the sheet held.
- What is wrong with a row is said by column; a row that stands for a record which exists already is a *duplicate*, and
  is skipped, brought up to date, or made all the same, as the person decides.
- Work is done some rows at a time, each portion one transaction together with the mark that it is done: a worker that
  is killed loses a portion's work and does nothing twice.
- An undo gives every record back what it had. A record that somebody has changed since is left alone and named.
"""
