"""S1: what follows the subheading's one sentence."""

import pytest


@pytest.mark.parametrize(
    ("language", "subheading", "words"),
    [
        ("en", "Parents save an hour. It is free. Try it!", "It is free. Try it!"),
        ("fr", "Les parents gagnent une heure. C’est gratuit.", "C’est gratuit."),
        ("ja", "親が一時間を節約します。無料です。", "無料です。"),
        ("ar", "يوفر الآباء ساعة. إنه مجاني.", "إنه مجاني."),
    ],
)
def test_a_second_sentence_is_marked(find, language, subheading, words):
    assert find("S1", language=language, subheading=subheading) == [("warn", words)]


@pytest.mark.parametrize(
    ("language", "subheading"),
    [
        ("en", "Parents stop asking “What’s for dinner?” and save £1.50, e.g. on peas."),
        ("de", "Mieter zahlen am 3. März nur, was sie schulden."),
        ("fr", "Les parents ne demandent plus « Quoi manger ? » le soir."),
        ("ja", "親は「夕食は何？」と聞かなくなります。"),
        ("en", ""),
    ],
)
def test_one_sentence_is_fine(find, language, subheading):
    assert find("S1", language=language, subheading=subheading) == []
