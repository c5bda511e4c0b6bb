"""Every screen as a browser shows it: what it complained of, what it asked of others, and what axe finds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error

from tests.isolation.asks import Ask, resource_asks
from tests.isolation.cast import Cast, Person
from tests.isolation.other_routes import For, OtherAsk, other_asks, path_of, people_for

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
        *("ComplianceView.download", "ImportView.faulty", "ScanView.scan", "WorkerView.script", "WorkerView.manifest"),
        "PortalView.shell",
    }
)
"""What answers with a file, with data, or with the way to another page; and the empty frame that a phone without signal
fills with what it has kept, which test_phone.py looks at on a phone."""
LEADS_ON = re.compile(r"/login/?|/login/(second-factor|recovery)|/me/second-factor|/visits/[^/]+/series")
"""Where nobody stays who is signed in and has no generator yet, and whose visit is none of a series: such pages are
drawn for those who do, in test_ways_in.py and test_scheduling.py."""

NOTHING = r"/(email|invitation|reset)/x+|/my/visits/.+"
"""Links that nobody was sent, and a visit that isn't the looker's own."""

NOTHING_FOR = {
    "Caregiver": re.compile(rf"{NOTHING}|/performance_reviews/show/.+|/shell/branches"),
    "Family": re.compile(rf"{NOTHING}|/shell/branches"),
    "Operator": re.compile(rf"{NOTHING}|/shell/branches"),
}
NOTHING_FOR_OFFICE = re.compile(rf"{NOTHING}|/my(/(me|messages|offers|schedule)?)?")
"""What is answered by 404, for those who have a record scope, or no personnel file."""

SERIOUS = ("serious", "critical")
OPERATOR = "Operator"
AXE = Axe().axe_script
REFUSED = re.compile(r"responded with a status of (4\d\d|5\d\d) ")
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
    """The addresses of all pages that the person of Harbor, or the platform's operator, may open."""
    if name == OPERATOR:
        return sorted({*_of_platform(cast)})
    person = cast.harbor.people[name]
    return sorted({*_of_resources(cast, person), *_others(cast, name, person)})


def status_of(path: str, name: str) -> int:
    """What the page answers to whoever looks."""
    return 404 if NOTHING_FOR.get(name, NOTHING_FOR_OFFICE).fullmatch(path) else 200


def _of_resources(cast: Cast, person: Person) -> Iterator[str]:
    for ask in resource_asks(cast.application):
        row = cast.harbor.own.get(ask.resource.name)
        if _is_screen(ask) and ask.permission in person.permissions and (row or not ask.has_id):
            yield ask.path.format(row["id"] if row else "")


def _others(cast: Cast, name: str, person: Person) -> Iterator[str]:
    for ask in other_asks(cast.application):
        if not _is_page(ask) or ask.other.whom in (For.DEVELOPERS, For.OPERATORS):
            continue
        if ask.other.needs is not None and ask.other.needs not in person.permissions:
            continue
        if ask.other.whom is For.SIGNED_IN or name in dict(people_for(cast, ask.other)):
            yield path_of(ask, ask.other.own(cast.harbor, person))


def _of_platform(cast: Cast) -> Iterator[str]:
    """The agencies' pages, those of everybody's own account, and the lists that the operator's role may read."""
    for ask in resource_asks(cast.application):
        if _is_screen(ask) and not ask.has_id and ask.permission in cast.operator.permissions:
            yield ask.path
    for other in other_asks(cast.application):
        is_own = other.other.whom in (For.SIGNED_IN, For.EVERYBODY) and other.other.needs is None
        if _is_page(other) and (other.other.whom is For.OPERATORS or (is_own and "<" not in other.path)):
            yield path_of(other, other.other.own(cast.spare, cast.operator))


def _is_screen(ask: Ask) -> bool:
    return ask.is_screen and ask.method == "GET" and not ask.path.endswith(("/download", "/export"))


def _is_page(ask: OtherAsk) -> bool:
    return ask.method == "GET" and not ask.is_api and ask.endpoint not in NO_PAGES


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
        self.refusals: set[int] = set()
        """The statuses by which a page, or what its script sends, may be refused; a browser complains of them, and a
        test names them."""
        self.asked: set[str] = set()
        """The addresses of pages and of what scripts sent. A picture or a style sheet is refused in no test."""
        page.add_init_script(WATCH)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._say(f"script failed: {error}"))
        page.on("request", self._request)
        page.on("dialog", lambda dialog: dialog.accept())

    def open(self, path: str, *, status: int = 200, with_axe: bool = False, in_dark: bool = True) -> None:
        """Open a page that is to answer with `status`, and look at it."""
        self.path, self.refusals = path, {status}
        try:
            answer = self.page.goto(self.base + path, wait_until="load")
        except Error as problem:
            if "Download is starting" not in problem.message:
                raise
            self._say("is a file, which a browser keeps instead of showing it")
            return
        if answer.status != status:
            self._say(f"answered {answer.status} instead of {status}")
        if answer.request.redirected_from is not None and not LEADS_ON.fullmatch(path):
            self._say(f"led on to {urlsplit(answer.url).path}")
        self.look(with_axe=with_axe, in_dark=in_dark)

    def look(self, *, with_axe: bool = True, in_dark: bool = True) -> None:
        """Look at the page as it stands, in light and, unless told otherwise, in dark."""
        self.looked.pages += 1
        if self.page.evaluate("'jQuery' in window || '$' in window"):
            self._say("jQuery is there")
        for violation in self.page.evaluate("window.violations"):
            self._say(f"policy violated: {violation}")
        for element in self.page.evaluate(TOO_WIDE):
            self._say(f"wider than the window: {element}")
        is_whole = self.page.evaluate("document.querySelector('main') !== null")  # parts of pages are walked in them
        if is_whole and not self.page.evaluate("document.querySelector('link[rel~=icon]') !== null"):
            self._say("has no icon, so that a browser asks for one that there isn't")
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
        where, refused = message.location["url"], REFUSED.search(message.text)
        is_named = refused is not None and int(refused[1]) in self.refusals and where in self.asked
        if where == f"{self.base}/favicon.ico":
            return  # what a browser asks for where a part of a page is opened alone; whole ones name theirs
        if message.type in ("error", "warning") and not is_named:
            self._say(f"console: {message.text} {where}")

    def _request(self, request: Any) -> None:
        if request.is_navigation_request() or request.resource_type in ("fetch", "xhr"):
            self.asked.add(request.url)
        if not request.url.startswith((self.base, "data:", "chrome")):  # the browser's own viewer of PDFs
            self._say(f"asked {request.url}")

    def _say(self, finding: str) -> None:
        self.looked.findings.append(f"{self.path}: {finding}")
