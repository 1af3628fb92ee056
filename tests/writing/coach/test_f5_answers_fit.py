"""F5: an amount where one is asked for, yes or no where that is asked."""

import pytest


def found(find, language: str, question: str, answer: str, **more: object):
    entry = {"audience": "external", "question": question, "answer": answer} | more
    return find("F5", language=language, faq=[entry])


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("en", "How much does it cost?", "It depends on your kitchen."),
        ("en", "And how long does it take?", "It is a fine piece of work."),
        ("en", "What does it cost?", "Ask our partners."),
        ("en", "When can I start?", "That depends."),
        ("en", "Where is it sold, and when does it arrive?", "We announce it soon."),
        ("de", "Wie viel kostet es?", "Das kommt darauf an."),
        ("en", "How much does it cost?", "No more than a coffee."),
        ("de", "Was kostet es?", "Weniger als eine Hausverwaltung."),
        ("fr", "Combien ça coûte ?", "Moins que un café."),
        ("es", "¿Cuánto cuesta?", "Menos que una cita perdida."),
        ("de", "Ab wann gibt es das?", "Das kommt darauf an."),
        ("fr", "Combien ça coûte ?", "Ça dépend de la cuisine."),
        ("es", "¿Cuánto cuesta?", "Depende de la cocina."),
        ("ja", "料金はいくらですか。", "お店によって変わります。"),
        ("ja", "いつ届きますか。", "お知らせをお待ちください。"),
        ("ar", "كم يكلف؟", "حسب المطبخ."),
        ("fr", "Combien ça coûte ?", "Le prix est fixé par chaque cuisine."),
        ("es", "¿Cuánto cuesta?", "Varía según un baremo."),
        ("de", "Was kostet es?", "Das wird von einem Händler festgelegt."),
    ],
)
def test_an_answer_without_the_number_is_marked(find, language, question, answer):
    assert found(find, language, question, answer) == [("warn", answer)]


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("en", "How much does it cost?", "£4 a month."),
        ("en", "How much does it cost?", "Nothing."),
        ("en", "How long does it take?", "An hour."),
        ("en", "How long can I keep it?", "Until you give it back."),
        ("en", "How many people can use it?", "As many as live with you."),
        ("en", "When does it open?", "On Monday."),
        ("en", "When does it open?", "In March."),
        ("en", "What happens when I cancel?", "We delete your photos."),
        ("en", "What happens if and when I cancel?", "We delete your photos."),
        ("en", "Who decides how much I pay?", "You do."),
        ("de", "Wie lange dauert es?", "Eine Viertelstunde."),
        ("de", "Was kostet es?", "30 Tage nichts."),
        ("de", "Wie lange dauert es?", "Weniger als eine Stunde."),
        ("de", "Wie viele Fotos brauche ich?", "Eines. Eine Seite, ein Foto."),
        ("es", "¿Cuánto dura?", "Menos que una hora."),
        ("fr", "Quand est-ce que ça ouvre ?", "Lundi."),
        ("es", "¿Cuándo abre?", "En mayo."),
        ("ja", "何分かかりますか。", "二十分です。"),
        ("ja", "料金はいくらですか。", "無料です。"),
        ("ar", "كم يكلف؟", "٦٠ جنيهًا."),
        ("ar", "ومتى يبدأ؟", "غدًا."),
        ("pl", "Ile kosztuje?", "To zależy."),
        ("fr", "Combien de temps ?", "Une heure avec un ami."),
        ("es", "¿Cuánto tarda?", "Una hora con un amigo."),
    ],
)
def test_an_answer_with_the_amount_or_time_is_fine(find, language, question, answer):
    assert found(find, language, question, answer) == []


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("en", "Does it work without a network?", "The sensor keeps three days."),
        ("en", "I live in Leeds. Can my sister use it?", "The app has room for six people."),
        ("de", "Kann ich kündigen?", "Die App hat einen Knopf dafür."),
        ("fr", "Puis-je annuler ?", "Le bouton est dans l’application."),
        ("es", "¿Puedo cancelar?", "El botón está en la aplicación."),
        ("ja", "手書きの紙を読めますか。", "画面の左に手順が出ます。"),
        ("ar", "هل يمكنني أن ألغي؟", "في التطبيق زر لذلك."),
        ("es", "¿Suena cuando llueve?", "El sensor está en el tejado."),
        ("de", "Entscheidet nun ein Computer?", "Die Köchin sieht jeden Plan."),
        ("fr", "Mon fils peut-il cuisiner seul ?", "Le couteau est rond."),
    ],
)
def test_an_answer_that_does_not_open_with_yes_or_no_is_marked(find, language, question, answer):
    assert found(find, language, question, answer) == [("warn", answer)]


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("en", "Can I cancel?", "Yes. Two taps."),
        ("en", "Can I cancel?", "Of course."),
        ("en", "Is it out in Wales?", "Not yet."),
        ("en", "Is it safe?", "It is."),
        ("en", "Do I need a phone?", "Only for the photo."),
        ("en", "Do I need a phone?", "You don’t."),
        ("en", "Does it work on a train?", "On most trains, yes."),
        ("en", "Is it an app or a website?", "A website."),
        ("en", "Will’s kitchen is dark, what now?", "Turn on a lamp."),
        ("en", "Have a dark kitchen", "Turn on a lamp."),
        ("de", "Kann ich kündigen?", "Ja, jederzeit."),
        ("de", "Ist das ein Abo oder ein Kauf?", "Ein Kauf."),
        ("fr", "Est-ce que je peux annuler ?", "Oui."),
        ("fr", "Qu’est-ce que c’est ?", "Un atelier."),
        ("es", "¿Puedo cancelar?", "Sí, cuando quiera."),
        ("es", "¿Es una app o una hoja?", "Una hoja."),
        ("ja", "いつでもやめられますか。", "はい。"),
        ("ja", "どうやって始めますか。", "一枚撮ってください。"),
        ("ja", "登録は必要ですか？", "登録は不要です。"),
        ("ar", "هل يمكنني أن ألغي؟", "نعم، في أي يوم."),
        ("ar", "وهل هو آمن؟", "نعم."),
        ("es", "¿Suena cuando llueve?", "No, nunca."),
        ("es", "¿Y si llueve toda la noche?", "El sensor está en el tejado."),
        ("es", "¿Como se limpia la olla?", "Con agua."),
        ("es", "¿Más dudas?", "Llame."),
        ("de", "Und wenn der Ofen kalt ist?", "Der Plan nimmt die Pfanne."),
        ("de", "Ab welchem Alter geht das?", "Mit Hilfe der Eltern."),
        ("fr", "Et si le four est froid ?", "Le plan prend la poêle."),
        ("fr", "À quel âge commence-t-on ?", "Dès le primaire."),
    ],
)
def test_yes_no_and_their_like_are_fine(find, language, question, answer):
    assert found(find, language, question, answer) == []


def test_an_honest_unknown_and_a_missing_answer_are_left_to_other_rules(find):
    opened = {"owner": "Priya", "until": "2027-04-15", "settled_by": "a study"}
    question = "How many people photograph twice?"

    assert found(find, "en", question, "We do not know.", audience="internal", open=opened) == []
    assert found(find, "en", question, "") == []
    assert found(find, "en", "?", "Yes.") == []
