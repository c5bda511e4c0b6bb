"""Identity: who a person is, how they prove it, and what they may do.

Owns: user, role, session, second factor, recovery code, remembered device, invitation and reset links, refresh token,
sign-in history. Permissions are pairs (action, resource); the record scope of a role says which rows they hold for.
Rules: everything is refused alike and in the same time whether or not the person exists; a secret is stored hashed or
encrypted; disabling a user or ending a session takes effect on the next request.
"""
