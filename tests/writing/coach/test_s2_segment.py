"""S2: the subheading is there and names the declared customers, inflected or not."""

import pytest

PARENTS = "parents who cook on weeknights"


def test_a_missing_subheading_blocks(find):
    assert find("S2", segment=PARENTS) == [("stop", "")]
    assert find("S2", form="short") == [("note", "")]


@pytest.mark.parametrize(
    ("language", "segment", "subheading"),
    [
        ("en", PARENTS, "Dog walkers save an hour."),
        ("en", "people who cook", "People who code save an hour."),
        ("en", "students", "A studio for half the price."),
        (
            "en",
            "finance controllers at haulage companies with 20 to 200 lorries",
            "Lorry drivers match fuel receipts to journeys in an hour.",
        ),
        ("en", "parents of young children with a garden", "Gardeners save an hour a week."),
        ("en", "restaurant managers", "Restaurant guests pay in a minute."),
        ("fr", "étudiants avec moins de 250 € par mois", "Les retraités gagnent 60 € par mois."),
        ("de", "Vermieter mit zwei bis zehn Wohnungen", "Makler finden freie Wohnungen."),
        ("es", "dueños de bares sin terraza en el centro", "Los vecinos del centro duermen."),
        ("ja", "商店街で働く看護師", "商店街の店主が早く帰れます。"),
        ("ar", "ممرضات يعملن ليلا في المدن", "يوفر الطلاب وقتهم ليلا."),
        ("de", "Hebammen", "Winzer sparen eine Stunde."),
        ("fr", "locataires", "Les boulangers gagnent une heure."),
        ("es", "enfermeras de noche", "Los panaderos ahorran una hora."),
        ("ja", "町内会の役員", "料理をする親が時間を節約します。"),
        ("ja", "こども", "おとなの夕食"),
        ("ar", "أصحاب المطاعم", "يوفر الطلاب نصف الوقت."),
        ("ko", "한국 부모", "학생들이 시간을 절약한다."),
        ("zh", "夜班护士", "学生省下一半时间。"),
        ("th", "พยาบาลกะกลางคืน", "นักเรียนประหยัดเวลา"),
        ("nl", "ouders", "Bakkers winnen een uur."),
    ],
)
def test_other_customers_are_marked(find, language, segment, subheading):
    found = find("S2", language=language, segment=segment, subheading=subheading)

    assert found == [("warn", subheading)]


@pytest.mark.parametrize(
    ("language", "segment", "subheading"),
    [
        ("en", PARENTS, "A parent stops asking what’s for dinner."),
        ("en", "book lovers who travel", "Readers who travel carry 200 books."),
        ("en", "women living alone in large cities", "Women sleep through."),
        ("en", "people over 70 who eat alone", "People over 70 eat at a neighbour’s."),
        ("en", "those who care for a parent with dementia", "Carers sleep through."),
        ("en", "bakers, butchers and cooks in small towns", "Every butcher closes at six."),
        ("en", "mums and dads of toddlers", "Dads get home in time."),
        ("en", "firms", "A firm saves an hour."),
        ("fr", "jeunes parents qui travaillent la nuit", "Les parents dorment."),
        ("de", "Eltern kleiner Kinder in der Stadt", "Mütter und Väter kleiner Kinder schlafen."),
        ("ja", "夜勤で働く人", "夜勤のあとに眠れます。"),
        ("ja", "夜勤で働く看護師", "看護師が早く帰れます。"),
        ("en", "nurses", "Nursing staff get home in half the time."),
        ("en", "GPs", "Every GP finds the letter."),
        ("en", "10 to 50", "Firms save an hour."),
        ("de", "Mütter von Frühchen", "Jede Mutter schläft durch."),
        ("de", "Gärtner", "Kleingärtnerinnen ernten früher."),
        ("de", "Mieterinnen und Mieter", "Mietern zeigt es jeden Fehler."),
        ("fr", "chevaux de trait", "Le cheval arrive reposé."),
        ("es", "enfermeras", "El enfermero llega a casa."),
        ("ja", "平日に料理をする親", "親が夕食を半分の時間で作れます。"),
        ("ja", "小規模農家", "小さな農家の朝が変わります。"),
        ("ja", "こども", "こどもの夕食"),
        ("ar", "الطلاب", "كل طالب يوفر وقته."),
        ("ar", "ممرضات الليل", "والممرضات يعدن إلى البيت."),
        ("ko", "한국 부모", "부모가 시간을 절약한다."),
        ("zh", "夜班护士", "护士们半小时到家。"),
        ("ru", "медсёстры", "Медсестра едет домой."),
        ("th", "พยาบาลกะกลางคืน", "พยาบาลกลับบ้านเร็วขึ้น"),
        ("ja", "parents", "親が夕食を作れます。"),
    ],
)
def test_the_same_customers_in_another_form_are_found(find, language, segment, subheading):
    assert find("S2", language=language, segment=segment, subheading=subheading) == []


def test_customers_that_are_not_declared_are_a_note(find):
    assert find("S2", subheading="Parents save an hour.") == [("note", "")]
    assert find("S2", form="short", subheading="Parents save an hour.") == []


def test_in_the_short_form_other_customers_only_inform(find):
    said = "Dog walkers save an hour."

    assert find("S2", form="short", segment=PARENTS, subheading=said) == [("note", said)]


def test_a_long_segment_is_shortened_in_the_message(find):
    said = "Dog walkers save an hour."

    assert find("S2", segment="parents " * 30, subheading=said) == [("warn", said)]
