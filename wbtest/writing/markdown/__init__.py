"""A press release as a Markdown file that a person likes to read and edit, and back. Pure.

``to_markdown`` writes front matter (form, product, language, segment, city, date, vision, roadmap),
the headline as the file's heading with the subheading in italics below it, and one ``##`` for each
other part; the last lists the numbers, each with what it rests on.
``from_markdown`` reads that without losing a letter, and many other ways to spell it. A line of
text that would be read as structure has a backslash before its first mark. The writer tries each
spelling with the reader's own functions and takes the cleanest one that comes back as the text.
"""

from wbtest.writing.markdown.lines import Place, Unreadable
from wbtest.writing.markdown.reading import Read, from_markdown
from wbtest.writing.markdown.writing import to_markdown

__all__ = ["Place", "Read", "Unreadable", "from_markdown", "to_markdown"]
