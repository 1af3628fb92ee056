"""A file cut into its sections: a heading and the lines that belong to it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from wbtest.writing.markdown.headings import Heading, heading_of, titled
from wbtest.writing.markdown.lines import Line, is_blank
from wbtest.writing.markdown.marks import is_rule
from wbtest.writing.markdown.spellings import FAQ


@dataclass(slots=True)
class Section:
    """Lines below one heading; no heading at the top of the file, no part when nobody knows it."""

    heading: Heading | None = None
    body: list[Line] = field(default_factory=list)

    @property
    def part(self) -> str:
        return self.heading.part if self.heading else ""

    def holds(self, heading: Heading) -> bool:
        """Whether a heading is one of this section's questions.

        A question may have the name of a part, below ``##``.
        """
        if self.heading is None or self.part not in FAQ:
            return False
        if heading.part and (heading.level < 3 or (self.part == "faq" and heading.part in FAQ)):
            return False
        is_deeper = heading.level > self.heading.level
        return is_deeper or (not heading.part and heading.is_question)


def divided(lines: Iterable[Line]) -> list[Section]:
    """Cut the lines at each heading. Rules across the page are left out."""
    sections = [Section()]
    for line in lines:
        section = sections[-1]
        if is_rule(line):
            if heading := _underlined(section.body, line.raw.strip()[0]):
                del section.body[-1]
                sections.append(Section(heading))
            continue
        heading = heading_of(line)
        is_question = (
            heading is not None and line.raw.lstrip().startswith("#") and section.holds(heading)
        )
        if heading is None or is_question:
            section.body.append(line)
        else:
            sections.append(Section(heading))
    return sections


def _underlined(body: list[Line], mark: str) -> Heading | None:
    """The heading that a line of === makes of the one above it, and --- of a part's name."""
    if mark not in "=-" or not body or is_blank(body[-1]):
        return None
    if len(body) > 1 and not is_blank(body[-2]):
        return None
    heading = titled(body[-1].trimmed(), 1 if mark == "=" else 2)
    return heading if heading.part or mark == "=" else None
