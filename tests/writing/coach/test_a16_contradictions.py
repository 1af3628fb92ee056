"""A16: two of what can only be one, and two that are two things."""

import pytest


@pytest.mark.parametrize(
    ("product", "text", "words"),
    [
        ("LarderPlan", "She opens Larder Plan.", "Larder Plan"),
        ("LarderPlan", "She opens larderplan.", "larderplan"),
        ("LarderPlan", "Larderplan is here.", "Larderplan"),
        ("LarderPlan", "LarderPlanとLarder-Planです。", "Larder-Plan"),
        ("Larder Plan", "She opens LarderPlan.", "LarderPlan"),
        ("ROOST", "She plugs in Roost.", "Roost"),
        ("Latchbox", "She opens LATCHBOX.", "LATCHBOX"),
        ("Nightbus", "She takes Night Bus home.", "Night Bus"),
        ("Furrow", "She opens Furow at dusk.", "Furow"),
        ("Vasool", "She opens Vassool at dusk.", "Vassool"),
    ],
)
def test_another_spelling_is_marked(find, product, text, words):
    assert find("A16", product=product, solution=text) == [("warn", words)]


@pytest.mark.parametrize(
    ("product", "text"),
    [
        ("Kiln", "The kiln is hot. Kiln knows."),
        ("LarderPlan", "Go to larderplan.example or @larderplan. LarderPlan’s list is short."),
        ("LarderPlan", "LARDERPLAN IS HERE."),
        ("SwapShift", "They swap shifts, or swap shift for shift."),
        ("Roost", "The hens roost. Roosters crow."),
        ("Nightbus", "Night bus drivers are tired."),
        ("Larder Plan", "Larder\u00a0Plan plans."),
        ("Ox", "OX and ox."),
        ("L’Établi", "L'établi est grand."),
        ("まわるん", "まわるんです。"),
        ("Furrow", "Her furow is deep. Furows are. Two Furrows and the Farrow farm."),
        ("Roost", "They found Rest and Rust."),
        ("Latter", "Later she reads. Sooner or later she sleeps."),
    ],
)
def test_the_word_itself_is_left_alone(find, product, text):
    assert find("A16", product=product, solution=text) == []


def call(text, price):
    return {"text": text, "label": "Start", "price": price}


@pytest.mark.parametrize(
    ("language", "text", "price", "words"),
    [
        ("en", "Start now. £6 a month.", "£4 a month", "£6"),
        ("en", "£95 for one, £777 for two.", "£95 for one, £140 for two", "£777"),
        ("fr", "Gratuit, puis 777 € l’heure.", "Gratuit, puis 6 € l’heure", "777 €"),
        ("ja", "初月は無料、その後は月¥777です。", "初月は無料、その後は月¥480", "¥777"),
        ("ar", "الشهر الأول مجاني، ثم ٧٧٧ جنيهًا في الشهر.", "ثم ٦٠ جنيهًا في الشهر", "٧٧٧ جنيهًا"),
    ],
)
def test_the_button_and_its_sentence_have_one_price(find, language, text, price, words):
    assert find("A16", language=language, call_to_action=call(text, price)) == [("warn", words)]


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("£4 a month.", "£4 a month, or £40 a year"),
        ("£9, and £3 for the post.", "£9"),
        ("Start now.", "£4 a month"),
        ("£4 a month.", "Free for two weeks, then £4.00 a month"),
    ],
)
def test_a_second_price_is_no_contradiction(find, text, price):
    assert find("A16", call_to_action=call(text, price)) == []


def priced(answer):
    return [{"audience": "external", "topic": "price", "question": "How much?", "answer": answer}]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("£6 a month.", [("warn", "£6")]),
        ("£4 a month.", []),
        ("$6 a month.", []),
        ("£40 a year.", []),
        ("£8 a month, which is £4 for each.", []),
        ("Nothing.", []),
    ],
)
def test_the_answer_names_the_same_price(find, answer, found):
    parts = {"call_to_action": call("Start.", "£4 a month"), "faq": priced(answer)}
    assert find("A16", **parts) == found


@pytest.mark.parametrize(
    ("price", "answer", "found"),
    [
        ("£20, then £4 a month", "£30 for the box, then £4 a month.", [("warn", "£30")]),
        ("£20, then £4 a month", "£20 for the box, then £4 a month.", []),
        ("£20, then £4 a month", "£4 a month. A second box is £15.", []),
        ("£79", "£89 at the door. A new key costs £9.", [("warn", "£89")]),
        ("£79", "£79 at the door. A new key costs £9.", []),
        ("£79", "Keys are £9 each, bags £2.", []),
    ],
)
def test_what_an_answer_begins_with_is_the_price(find, price, answer, found):
    parts = {"call_to_action": call("Start.", price), "faq": priced(answer)}
    assert find("A16", **parts) == found


@pytest.mark.parametrize(
    ("summary", "found"),
    [
        ("It costs £6 a month.", [("warn", "£6")]),
        ("It saves £6 a month.", []),
        ("It costs £4 a month.", []),
        ("It costs little. A family loses £6 a month.", []),
    ],
)
def test_the_summary_names_the_same_price(find, summary, found):
    assert find("A16", summary=summary, call_to_action=call("Start.", "£4 a month")) == found


@pytest.mark.parametrize(
    ("language", "summary", "words"),
    [
        ("en", "It is available from April 9, 2027.", []),
        ("en", "It is available February 9, 2027.", ["February 9, 2027"]),
        ("en", "It is available from January 31.", ["January 31"]),
        ("en", "It is available in 2026, on 5 May 2026.", []),
        ("en", "It is available on 5 May 2026.", ["5 May 2026"]),
        ("en", "It is available until February 9, 2027.", []),
        ("en", "It is on sale from 10 November.", []),
        ("en", "It launches on 3 March 2027.", []),
        ("en", "It launched in March 2027.", []),
        ("en", "It launched in February 2027.", ["February 2027"]),
        ("en", "It launches on 04/04/2027.", []),
        ("en", "LEEDS, 4 March 2027 – Larder plans.", ["4 March 2027"]),
        ("en", "Since 4 April 2026 phones can see.", []),
        ("de", "Verfügbar ab dem 4. März 2027.", []),
        ("de", "Verfügbar ab dem 2. März 2027.", ["2. März 2027"]),
        ("fr", "Disponible dès le 3 mars 2027.", []),
        ("es", "Disponible desde el 2 de marzo de 2027.", ["2 de marzo de 2027"]),
    ],
)
def test_the_launch_has_one_day(find, language, summary, words):
    dateline = {"city": "Leeds", "date": "2027-03-03"}
    found = find("A16", language=language, dateline=dateline, summary=summary)
    assert found == [("warn", word) for word in words]


@pytest.mark.parametrize(
    ("city_day", "call", "found"),
    [
        ("2027-10-23", "Buy it for $399 from November 17.", [("warn", "November 17")]),
        ("", "Buy it for $399 from November 17.", [("warn", "November 17")]),
        ("2027-10-23", "Buy it for $399 from November 10.", []),
        ("2027-10-23", "Buy it before November 17.", []),
    ],
)
def test_the_sale_begins_on_one_day(find, city_day, call, found):
    parts = {
        "dateline": {"city": "Leeds", "date": city_day},
        "summary": "It is available November 10 for $399.",
        "call_to_action": {"text": call, "label": "Buy", "price": "$399"},
    }
    assert find("A16", **parts) == found


def test_a_day_long_before_belongs_to_the_next_year(find):
    dateline = {"city": "Leeds", "date": "2027-10-23"}
    assert find("A16", dateline=dateline, summary="It is available from January 10.") == []


def test_what_else_can_be_had_has_days_of_its_own(find):
    parts = {"summary": "It is available from May 3.", "solution": "A seat is available on May 9."}
    assert find("A16", **parts) == []


@pytest.mark.parametrize(
    ("question", "answer", "found"),
    [
        ("How much is it?", "$99 once. There is no subscription.", [("warn", "$99")]),
        ("How much is it?", "It costs $99.", [("warn", "$99")]),
        ("How much is a book?", "Best sellers are $9.99 unless marked.", []),
        ("How much is a book?", "$9.99.", []),
        ("How much is a Larder?", "$9.99.", [("warn", "$9.99")]),
        ("How much is it?", "The books are $9.99.", []),
        ("How much is it?", "$89 once.", []),
    ],
)
def test_a_price_is_the_products_own(find, question, answer, found):
    faq = [
        {"audience": "external", "topic": "price", "question": question, "answer": answer},
    ]
    parts = {"call_to_action": call("Start.", "$89, no subscription"), "faq": faq}
    assert find("A16", **parts) == found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("Nothing. Your host gets £7 a plate.", [("warn", "£7")]),
        ("Nothing. Your host gets £6 a plate.", []),
        ("Nothing. Your host gets £7 a mile.", []),
        ("A restaurant takes £14 a plate.", []),
        ("She gets £7 a week.", []),
    ],
)
def test_a_thing_is_paid_for_in_one_way(find, answer, found):
    assert find("A16", summary="Hosts get £6 a plate.", faq=priced(answer)) == found


def test_cents_are_no_things(find):
    parts = {"headline": "Store it for 15 cents a gigabyte"}
    assert find("A16", solution="A student pays 30 cents.", **parts) == []


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("The winner gets a prize of $50K.", "The prize of $100K is paid in May.", "$100K"),
        ("A 14-day free trial.", "Try it: a 30-day free trial.", "30"),
        ("It has a prize of $50K.", "The $100K prize is paid in May.", "$100K"),
        ("It has a prize of 50,000.", "The 100,000 dollars prize is paid.", "100,000 dollars"),
        ("A prize of 50,000 for you.", "The $100,000 prize is paid.", "$100,000"),
        ("The $100,000 prize is paid.", "Win the 50,000 prize.", "50,000"),
        ("Larder asks two questions.", "It asks three questions.", "three"),
        ("Larder plans five dinners.", "It plans four dinners.", "four"),
    ],
)
def test_one_thing_has_one_number(find, first, second, words):
    assert find("A16", summary=first, solution=second) == [("warn", words)]


def test_two_paragraphs_may_contradict_each_other(find):
    text = "A $50K prize awaits.\n\nThe $100K prize is paid in May."
    assert find("A16", solution=text) == [("warn", "$100K")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The first prize is $50K.", "The second prize is $10K."),
        ("It takes 20 minutes.", "It takes 5 minutes on Sundays."),
        ("A prize of $50K.", "A prize of €50K."),
        ("A prize of $50K.", "The 50,000 prize. A €50K prize."),
        ("A prize of 50,000.", "The 50,000 dollars prize is paid."),
        ("A prize of 50,000 bottles.", "The $100,000 prize is paid."),
        ("A prize of 50 %.", "The $100 prize is paid."),
        ("It asks two questions, then it asks three questions.", "She eats."),
        ("It asks two questions.", "It asks two questions."),
        ("It asks one, two, three.", "It asks: 4 eggs. It asks 5."),
        ("A 2-year guarantee.", "A repair in 5 days, guarantee included."),
        ("Tier one asks two questions.", "It asks three questions.\n\nIt asks four questions."),
        ("We have two dogs.", "The prize, after five years, is small."),
    ],
)
def test_two_things_have_two_numbers(find, first, second):
    assert find("A16", summary=first, solution=second) == []


def test_the_body_counts_as_the_headline_does(find):
    parts = {"headline": "Five weeknight dinners from your kitchen"}
    assert find("A16", solution="It plans four dinners.", **parts) == [("warn", "four")]
    assert find("A16", summary="Five dinners.", solution="It plans four dinners.", **parts) == []


def test_words_are_counted_only_where_a_list_knows_measures(find):
    assert find("A16", language="it", summary="Pone 2 domande.", solution="Pone 3 domande.") == []


def test_other_answers_may_name_other_prices(find):
    faq = [{"audience": "external", "topic": "help", "question": "Post?", "answer": "£6 a month."}]
    assert find("A16", call_to_action=call("Start.", "£4 a month"), faq=faq) == []
