"""A release to look at before one writes one's own: its drafts, the coach, a review, what changed.

It is no row of any table: it is put together from files of ours with each look. So nobody can
start it, approve it or count it by mistake, and there is nothing to delete.
"""
