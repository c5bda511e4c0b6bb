"""What is open to somebody who must have a second factor and has none yet: the way to one, and the way out."""

OPEN_WITHOUT_CODE = frozenset(
    {
        *("EnrolmentView.enrol", "AuthView.login", "AuthView.second_factor", "AuthView.recovery", "AuthView.logout"),
        *("AuthApi.login", "AuthApi.verify", "AuthApi.refresh", "AuthApi.logout", "AuthApi.me"),
        *("LocaleView.index", "ThemeView.style", "ThemeView.preview", "ThemeView.picture", "ThemeView.icon"),
        *("ThemeView.manifest", "static", "appbuilder.static"),
    }
)
"""Endpoints: whatever else lies beside one of them, under the same part of an address, stays shut."""
