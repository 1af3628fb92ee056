"""S3: customers that could be anybody, and those that a word narrows."""

import pytest


@pytest.mark.parametrize(
    ("language", "segment"),
    [
        ("en", "everyone"),
        ("en", "Teams and businesses of all sizes"),
        ("en", "busy people everywhere"),
        ("de", "alle Menschen"),
        ("de", "moderne Teams"),
        ("fr", "tout le monde"),
        ("es", "empresas de todos los tamaños"),
        ("ja", "すべての人"),
        ("ja", "忙しい人やチーム"),
        ("ar", "جميع الناس"),
        ("ar", "الشركات"),
        ("en", "anybody who wants to sleep better"),
        ("en", "people who need more time"),
        ("en", "users looking to save money"),
        ("de", "alle, die Zeit sparen wollen"),
        ("fr", "tous ceux qui veulent gagner du temps"),
        ("es", "personas que quieren dormir mejor"),
        ("ja", "よく眠りたい人"),
        ("ar", "كل من يريد توفير الوقت"),
    ],
)
def test_a_segment_that_is_anybody_is_marked(find, language, segment):
    assert find("S3", language=language, segment=segment) == [("warn", segment)]


@pytest.mark.parametrize(
    ("language", "segment"),
    [
        ("en", "parents who cook on weeknights"),
        ("en", "people who drive at night"),
        ("en", "small businesses"),
        ("en", "sales teams"),
        ("de", "Menschen, die nachts arbeiten"),
        ("de", "Handwerksbetriebe"),
        ("fr", "personnes âgées"),
        ("es", "personas mayores"),
        ("ja", "夜勤の人"),
        ("ja", "職人"),
        ("ar", "أصحاب الشركات الصغيرة"),
        ("en", "people who want to quit smoking"),
        ("en", "people who need a wheelchair"),
        ("en", "parents who want to sleep better"),
        ("en", "people who sleep better in a hammock"),
        ("de", "Menschen, die Dialyse brauchen"),
        ("fr", "personnes qui veulent adopter un chien"),
        ("es", "personas que buscan piso"),
        ("ja", "禁煙したい人"),
        ("ru", "все"),
    ],
)
def test_a_segment_with_a_narrowing_word_is_left_alone(find, language, segment):
    assert find("S3", language=language, segment=segment) == []


@pytest.mark.parametrize(
    ("language", "subheading", "words"),
    [
        ("en", "Everyone saves an hour.", "Everyone"),
        ("en", "Users save an hour every morning.", "Users"),
        ("en", "The planner for busy people.", "people"),
        ("en", "It helps teams of all sizes.", "teams"),
        ("en", "It helps businesses.", "businesses"),
        ("en", "Anybody who wants to save time gets an hour back.", "Anybody"),
        ("de", "Alle, die Zeit sparen wollen, gewinnen eine Stunde.", "Alle"),
        ("en", "The planner for people who want.", "people"),
        ("de", "Für alle, endlich.", "alle"),
        ("de", "Menschen sparen Zeit.", "Menschen"),
        ("fr", "Un atelier pour tous.", "tous"),
        ("fr", "Les équipes gagnent du temps.", "équipes"),
        ("es", "Los usuarios ahorran tiempo.", "usuarios"),
        ("ja", "誰でも夕食が作れます。", "誰でも"),
        ("ar", "عشاء أفضل للجميع", "للجميع"),
    ],
)
def test_a_subheading_for_anybody_is_marked(find, language, subheading, words):
    assert find("S3", language=language, subheading=subheading) == [("warn", words)]


@pytest.mark.parametrize(
    ("language", "subheading"),
    [
        ("en", "People who cook save an hour."),
        ("en", "People living alone are called each morning."),
        ("en", "Small businesses get paid sooner."),
        ("en", "People who want to quit smoking count the days."),
        ("en", "Night nurses get home with people they know."),
        ("en", "Everyone at home, fed by six."),
        ("de", "Menschen, die nachts arbeiten, schlafen durch."),
        ("de", "Alle Eltern schlafen durch."),
        ("fr", "Les personnes âgées évitent les confusions."),
        ("fr", "Pour tous les parents du quartier."),
        ("es", "Las personas mayores evitan confusiones."),
        ("ja", "料理をするすべての人に届きます。"),
        ("ar", "الشركات الصغيرة توفر الوقت."),
        ("ar", "الناس الذين يعملون ليلا يصلون."),
        ("en", "Nobody waits."),
    ],
)
def test_a_narrowed_subheading_is_left_alone(find, language, subheading):
    assert find("S3", language=language, subheading=subheading) == []


def test_a_subheading_that_names_its_segment_may_speak_of_people(find):
    said = "For people and night nurses, a lift home."

    assert find("S3", segment="night nurses", subheading=said) == []


def test_both_fields_are_marked_when_both_are_vague(find):
    found = find("S3", segment="users", subheading="Users save an hour.")

    assert sorted(found) == [("warn", "Users"), ("warn", "users")]
