"""Every screen as a browser shows it: what it complained of, what it asked of others, and what axe finds."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error

from tests.isolation.asks import resource_asks
from tests.isolation.cast import Cast, Person
from tests.isolation.other_routes import For, other_asks, path_of, people_for

NO_PAGES = frozenset(
    {
        *("static", "appbuilder.static", "UtilView.back", "LocaleView.index", "AuthView.logout", "ThemeView.style"),
        *("ThemeView.preview", "ThemeView.picture", "ThemeView.icon", "ThemeView.manifest"),
        *(
            "BrandingView.colors",
            "BrandingView.document",
            "BrandingView.message",
            "AuditView.export",
            "ExportView.download",
            "AccessReviewView.download",
            "files.open_file",
            "FeedView.read",
            "FileView.open",
            "PhotoView.show",
            "keys.jwks",
        ),
        *(
            "EnrolmentView.recovery_codes",
            "SupportView.enter",
            "ShellView.news",
            "ShellView.palette",
            "NotificationView.panel",
        ),
        *("health.alive", "health.ready", "openapi.openapi"),
        *("ComplianceView.download", "ScanView.scan", "WorkerView.script", "WorkerView.manifest"),
    }
)
"""What answers with a file, with data, or with the way to another page."""
SERIOUS = ("serious", "critical")
AXE = Axe().axe_script
WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.violations.push(event.violatedDirective + ' ' + event.blockedURI));
"""
TOO_WIDE = """
(() => {
  const limit = window.innerWidth + 1;
  if (document.documentElement.scrollWidth <= limit) return [];
  const wide = [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > limit);
  return wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).concat(wide.length ? [] : ['something unseen']);
})()
"""


def screens(cast: Cast, name: str) -> list[str]:
    """The addresses of all pages that the person of Harbor may open."""
    person = cast.harbor.people[name]
    return sorted({*_of_resources(cast, person), *_others(cast, name, person)})


def _of_resources(cast: Cast, person: Person) -> Iterator[str]:
    for ask in resource_asks(cast.application):
        is_page = ask.is_screen and ask.method == "GET" and not ask.path.endswith(("/download", "/export"))
        row = cast.harbor.own.get(ask.resource.name)
        if is_page and ask.permission in person.permissions and (row or not ask.has_id):
            yield ask.path.format(row["id"] if row else "")


def _others(cast: Cast, name: str, person: Person) -> Iterator[str]:
    for ask in other_asks(cast.application):
        is_page = ask.method == "GET" and not ask.is_api and ask.endpoint not in NO_PAGES
        if not is_page or ask.other.whom in (For.DEVELOPERS, For.OPERATORS):
            continue
        if ask.other.needs is not None and ask.other.needs not in person.permissions:
            continue
        if ask.other.whom is For.SIGNED_IN or name in dict(people_for(cast, ask.other)):
            yield path_of(ask, ask.other.own(cast.harbor, person))


@dataclass
class Looked:
    """What was found on the pages that were opened."""

    pages: int = 0
    findings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{len(self.findings)} findings on {self.pages} pages:\n" + "\n".join(self.findings)


class Walk:
    """One browser window of a person, that opens pages and keeps what is wrong with them."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base, self.path, self.looked = page, base, "", Looked()
        page.add_init_script(WATCH)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._say(f"script failed: {error}"))
        page.on("request", self._request)
        page.on("dialog", lambda dialog: dialog.accept())

    def open(self, path: str, *, with_axe: bool = False, in_dark: bool = True) -> None:
        """Open a page, and look at it in light and, unless told otherwise, in dark."""
        self.path = path
        try:
            answer = self.page.goto(self.base + path, wait_until="load")
        except Error as problem:
            if "Download is starting" in problem.message:
                return  # a file, which a browser keeps instead of showing it
            raise
        self.looked.pages += 1
        if answer.status not in (200, 404, 410):
            self._say(f"answered {answer.status}")
        if self.page.evaluate("'jQuery' in window || '$' in window"):
            self._say("jQuery is there")
        for violation in self.page.evaluate("window.violations"):
            self._say(f"policy violated: {violation}")
        for element in self.page.evaluate(TOO_WIDE):
            self._say(f"wider than the window: {element}")
        is_whole = self.page.evaluate("document.querySelector('main') !== null")  # parts of pages are walked in them
        if with_axe and is_whole:
            self.page.evaluate(AXE)
            self._axe("light", "")
            if in_dark:  # nothing else of what axe looks at depends on colours
                self._axe("dark", ", runOnly: ['color-contrast']")

    def _axe(self, theme: str, options: str) -> None:
        self.page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
        found = self.page.evaluate(f"axe.run({{resultTypes: ['violations'], preload: false{options}}})")
        for violation in found["violations"]:
            if violation["impact"] in SERIOUS:
                nodes = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
                why = violation["nodes"][0]["any"][0]["message"] if violation["nodes"][0]["any"] else ""
                self._say(f"{theme}: {violation['impact']} {violation['id']} at {nodes} {why}")

    def _console(self, message: Any) -> None:
        is_missing = message.type == "error" and "status of 4" in message.text
        if message.type in ("error", "warning") and not is_missing:
            self._say(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "chrome")):  # the browser's own viewer of PDFs
            self._say(f"asked {request.url}")

    def _say(self, finding: str) -> None:
        self.looked.findings.append(f"{self.path}: {finding}")
