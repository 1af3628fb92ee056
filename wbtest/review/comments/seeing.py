"""Who sees whose comments. Pure.

What one has read first becomes what one thinks, and what the owner thinks becomes what all think.
So a reader finishes alone, and the owner is heard last.
"""

from msgspec import Struct


class Reader(Struct, frozen=True):
    """Somebody with one revision: ``id`` is the reviewer's, None for who has not begun.

    Done is who has read this text, or a later one.
    """

    id: int | None
    has_answered: bool = False
    is_done: bool = False
    is_author: bool = False
    is_owner: bool = False


def can_see(comment_by: Reader, asking: Reader, *, are_all_done: bool) -> bool:
    """Whether ``asking`` sees what ``comment_by`` wrote.

    Own words always; those of others when both have read and the asking one has answered. An author
    need not read what they wrote. The owner's words come when all are done who have begun.

    >>> can_see(Reader(1, is_done=True), Reader(2), are_all_done=False)
    False
    """
    if comment_by.id is not None and comment_by.id == asking.id:
        return True
    if not (comment_by.is_done or comment_by.is_author):
        return False
    if not (asking.is_author or (asking.is_done and asking.has_answered)):
        return False
    return are_all_done or not comment_by.is_owner
