"""A reader without a mouse: Tab leads to every control of a page, and Escape closes what opens.

Folded parts are open afterwards, so axe sees what stands in them, too.
"""

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import WAYS, Live, show
from tests.browser.reader import Reader

KEYBOARD = Path(__file__).with_name("keyboard.js").read_text(encoding="utf-8")
OPENERS = "[popovertarget][aria-haspopup]:visible"
IS_OPEN = "opener => opener.popoverTargetElement.matches(':popover-open')"
IS_INSIDE = "opener => opener.popoverTargetElement.contains(document.activeElement)"
HAS_FOCUS = "opener => opener === document.activeElement"
# A day takes several steps, and so do the frames of a preview.
STEPS_EACH, STEPS_MORE = 2, 30
IN_A_ROW = 20


class Typist(Reader):
    """Opens pages as a reader does, and goes through the first of each kind by keyboard before."""

    def __init__(self, page: Page, live: Live, statuses: dict[str, int] | None = None) -> None:
        super().__init__(page, live, statuses)
        self._typed: set[str] = set()

    def look(self) -> list[str]:
        """Go through the page that is open, unless one of its kind was gone through; then look."""
        kind = self._kind(self._path)
        if kind not in self._typed:
            self._typed.add(kind)
            show(self.page, *WAYS[0])
            self._open_and_close()
            self._go_through()
        return super().look()

    def _go_through(self) -> None:
        """Press Tab until every control had the focus, or for longer than that can take."""
        self.page.evaluate(KEYBOARD)
        most = self.page.evaluate("expectTabs()") * STEPS_EACH + STEPS_MORE
        for _ in range(0, most, IN_A_ROW):
            for _ in range(IN_A_ROW):
                self.page.keyboard.press("Tab")
            if self.page.evaluate("isTabbedThrough()"):
                break
        for fault in self.page.evaluate("tabFaults()"):
            self._complain(fault)

    def _open_and_close(self) -> None:
        """Open each dialog by Enter, step inside by Tab, and close it by Escape."""
        for opener in self.page.locator(OPENERS).all():
            name = opener.inner_text()
            opener.press("Enter")
            if not opener.evaluate(IS_OPEN):
                self._complain(f"Enter does not open {name}")
                continue
            if not opener.evaluate(IS_INSIDE):
                self._complain(f"the focus does not go into {name}")
            self.page.keyboard.press("Tab")
            if not opener.evaluate(IS_INSIDE):
                self._complain(f"Tab does not lead into {name}")
            self.page.keyboard.press("Escape")
            if opener.evaluate(IS_OPEN) or not opener.evaluate(HAS_FOCUS):
                self._complain(f"Escape does not lead back to {name}")
