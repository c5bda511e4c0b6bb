"""Documents as people hand them in: several at once, with what went wrong said beside each; and a look at a picture."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import PHONE
from tests.browser.walking import Walk
from tests.files.samples import PDF, SVG, picture
from tests.isolation.cast import Cast

FILES = [
    {"name": "order.pdf", "mimeType": "application/pdf", "buffer": PDF},
    {"name": "drawing.svg", "mimeType": "image/svg+xml", "buffer": SVG},
    {"name": "card.png", "mimeType": "image/png", "buffer": picture("PNG", (400, 240))},
]


@pytest.mark.parametrize("size", [None, PHONE], ids=["desk", "phone"])
def test_several_documents_are_handed_in_and_one_is_refused(
    cast: Cast, walk: Callable[..., Walk], size: dict[str, int] | None
) -> None:
    window = walk("Administrator", size=size)
    page, tab = window.page, f"/clients/show/{cast.harbor.parents['clients']}?tab=documents"
    window.open(tab, with_axe=True)
    window.refusals = {422}
    page.select_option("[name=category]", "consent")
    page.set_input_files("[data-upload] input[type=file]", FILES)  # type: ignore[arg-type]
    page.wait_for_selector("[data-queue] li:nth-child(3) p")
    refused = page.locator("[data-queue] li", has_text="drawing.svg")
    assert "can carry programs" in refused.inner_text()
    listed = page.locator("[data-file-list]")
    listed.locator(".name", has_text="order.pdf").first.wait_for()
    assert listed.locator(".name", has_text="card.png").first.is_visible()
    assert "drawing.svg" not in listed.inner_text() and "Consent" in listed.inner_text()
    listed.locator("a.thumb").first.click()
    shown = page.locator("dialog[open] img")
    shown.wait_for()
    page.wait_for_function("document.querySelector('dialog[open] img').naturalWidth === 400")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert window.looked.findings == [], str(window.looked)


def test_a_document_dropped_onto_the_page_is_handed_in(cast: Cast, walk: Callable[..., Walk]) -> None:
    window = walk("Administrator")
    page = window.page
    window.open(f"/clients/show/{cast.harbor.parents['clients']}?tab=documents")
    dropped = page.evaluate_handle(
        "() => { const data = new DataTransfer(); data.items.add(new File(['came at eight'], 'dropped.txt')); return data; }"
    )
    page.dispatch_event("[data-upload] .drop", "drop", {"dataTransfer": dropped})
    page.locator("[data-file-list] .name", has_text="dropped.txt").wait_for()
