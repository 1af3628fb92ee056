"""What a text is called where there is room for a few words."""

from wbtest.writing.models import Release, Revision


def name_of(text: Release | Revision) -> str:
    """Return the product in quotes, and of a revision its number.

    >>> name_of(Release(document={"product": "Larder"}))
    '“Larder”'
    """
    product = f"“{text.document.get('product') or 'a release without a name'}”"
    return f"{product}, revision {text.number}" if isinstance(text, Revision) else product
