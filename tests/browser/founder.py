"""A founder at a browser, with a mouse or without one, and what the way costs them."""

import re
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Locator, Page, expect

HEADLINE = "Five weeknight dinners from what is already in your kitchen"
# Of a page that holds a whole release.
MOST_STEPS = 200
TAGS = {"button": "BUTTON", "link": "A", "field": "INPUT TEXTAREA SELECT"}
FOCUSED = """() => {
  const here = document.activeElement;
  const label = here.getAttribute("aria-label") ?? here.labels?.[0]?.innerText ?? here.innerText;
  return [here.tagName, label ?? ""];
}"""
# Only text that takes room on the page: not what is folded, closed or for screen readers alone.
TELL_WORDS = """addEventListener("load", () => {
  if (window !== window.top) return;
  const range = document.createRange();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let words = 0;
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (text.parentElement.closest("script, style, option, textarea, .visually-hidden, .skip")) {
      continue;
    }
    range.selectNodeContents(text);
    const isSeen = text.parentElement.checkVisibility({visibilityProperty: true});
    if (isSeen && range.getBoundingClientRect().height) {
      words += (text.data.match(/\\S*[\\p{L}\\p{N}]\\S*/gu) ?? []).length;
    }
  }
  tellWords(location.pathname, words);
})"""


class Load(NamedTuple):
    """A page that was loaded, and the number of words that it showed when it opened."""

    path: str
    words: int


class Cost(NamedTuple):
    """What a way takes, or may take at most."""

    clicks: int
    fields: int
    loads: int
    words: int

    def over(self, limit: "Cost") -> list[str]:
        """Say where this is more than the ``limit``."""
        return [
            f"{cost} {name}, at most {most}"
            for name, cost, most in zip(self._fields, self, limit, strict=True)
            if cost > most
        ]


class Founder:
    """Somebody at a browser who counts clicks, fields, and the pages with their words."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.fields = 0
        self.loads: list[Load] = []
        page.expose_function("tellWords", lambda path, words: self.loads.append(Load(path, words)))
        page.add_init_script(TELL_WORDS)

    @property
    def cost(self) -> Cost:
        """What it took up to here."""
        words = sum(load.words for load in self.loads)
        return Cost(self.clicks, self.fields, len(self.loads), words)

    def click(self, name: str, role: str = "button") -> None:
        """Press what leads to another page, and wait for that."""
        self.clicks += 1
        with self.page.expect_navigation():
            named = re.compile(f"^{re.escape(name)}")
            self.page.get_by_role(role, name=named).first.click()  # type: ignore[arg-type]

    def press(self, name: str) -> None:
        """Press what stays on the page."""
        self.clicks += 1
        self.page.get_by_role("button", name=name).first.click()

    def unfold(self, name: str) -> None:
        self.clicks += 1
        self.page.locator("summary", has_text=name).click()

    def turn_to(self, panel: str) -> None:
        """Show another panel of the sheet."""
        self.clicks += 1
        self.page.locator("[data-panels]").get_by_role("link", name=panel).click()

    def choose(self, label: str) -> None:
        self.clicks += 1
        self.page.get_by_label(label).first.check()

    def fill(self, label: str, text: str) -> None:
        self.type_in(self.page.get_by_label(label).first, text)

    def fill_next(self, label: str, text: str) -> None:
        """Fill in the first of several fields that is still empty."""
        fields = self.page.get_by_label(label).all()
        self.type_in(next(field for field in fields if not field.input_value()), text)

    def type_in(self, field: Locator, text: str) -> None:
        self.fields += 1
        field.fill(text)

    def upload(self, label: str, picture: Path) -> None:
        self.fields += 1
        self.page.get_by_label(label).set_input_files(picture)


class Typist(Founder):
    """The same without a mouse: Tab to where it is, Enter or typing there."""

    def click(self, name: str, role: str = "button") -> None:
        self.tab_to(name, TAGS[role])
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def unfold(self, name: str) -> None:
        self.tab_to(name, "SUMMARY")
        self.page.keyboard.press("Enter")

    def fill(self, label: str, text: str) -> None:
        self.tab_to(label, TAGS["field"])
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def fill_next(self, label: str, text: str) -> None:
        self.fill(label, text)

    def tab_to(self, name: str, tags: str) -> None:
        """Press Tab until a thing of these tags that is called so has the focus."""
        for _ in range(MOST_STEPS):
            self.page.keyboard.press("Tab")
            tag, label = self.page.evaluate(FOCUSED)
            if tag in tags.split() and label.strip().startswith(name):
                return
        raise AssertionError(f"no way to {name!r} by keyboard")


def tell(founder: Founder) -> None:
    """Print what it cost, page by page."""
    for load in founder.loads:
        path = re.sub(r"(?<=/setup/).+", "…", load.path)
        print(f"{load.words:5} {path}")  # noqa: T201
    print(founder.cost)  # noqa: T201


def set_up(founder: Founder) -> None:
    """From the one-time link to the first step of the path, which is all there is to see."""
    founder.fill("Your name", "Ada Okafor")
    founder.fill("Your email", "ada@example.com")
    founder.fill("Password", "correct horse battery")
    founder.fill("Team or company", "Larder")
    founder.click("Create team")
    expect(founder.page.get_by_text("Step 1 of 7")).to_be_visible()


def write(founder: Founder) -> None:
    """Say what the short form cannot do without."""
    founder.fill("Product name", "Larder")
    founder.fill("Headline", HEADLINE)
    founder.click("Create draft")
    founder.fill("Subheading", "Parents who cook on weeknights throw away half as much food.")
    founder.fill("Button text", "Start with one photo")
    founder.fill("Price", "£4 a month")


def create_test(founder: Founder) -> None:
    """Create the revision, approve it as the only one there is, and take the default target."""
    founder.click("Create revision")
    founder.fill("Reason to approve alone", "Nobody else has read this yet.")
    founder.click("Approve")
    founder.click("Create test")


def start(founder: Founder) -> None:
    founder.click("Launch check", role="link")
    founder.click("Start test")
    expect(founder.page.get_by_role("heading", name="Page live")).to_be_visible()
