"""The flaws that every language has, in the words of each: Arabic to Spanish."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.writing.flaws_in_english import BULLETS, LONG_HEADLINE, SHE
from tests.writing.sowing import Flaw, Sow, adds, answers, asks, costs_two_prices, sets, sets_in


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's words for the flaws; questions and their bad answers are pairs."""

    blank: str
    to_fill_in: str
    another_sentence: str
    names_product: str
    bullets: str
    third_person: str
    long_headline: str
    other_price: str
    see_above: str
    later: str
    how_much: tuple[str, str]
    yes_or_no: tuple[str, str]


PHRASES = {
    "en": Phrases(
        blank="[city]",
        to_fill_in="It saves XXX hours a week.",
        another_sentence="It also works on Sundays.",
        names_product="This is why {product} had to come.",
        bullets=BULLETS,
        third_person=SHE,
        long_headline=LONG_HEADLINE,
        other_price="777",
        see_above="See above.",
        later="We'll decide that later.",
        how_much=("How much does a second one cost?", "Less than you think."),
        yes_or_no=("Does it work abroad?", "We have thought about travel a great deal."),
    ),
    "de": Phrases(
        blank="[Ort]",
        to_fill_in="Das spart XXX Stunden in der Woche.",
        another_sentence="Auch sonntags ist jemand da.",
        names_product="Genau dafür gibt es {product}.",
        bullets="- Kein Warten\n- Kein Formular\n- Kein Stau\n- Keine Gebühr",
        third_person="Sie hatte früher Angst vor jedem Montag. Heute freut sie sich auf die Woche.",
        long_headline="Holen Sie sich die Abende zurück, die Sie jede Woche an eine Arbeit "
        "verlieren, für die Ihnen niemand dankt",
        other_price="777",
        see_above="Siehe oben.",
        later="Das klären wir später.",
        how_much=("Wie viel kostet eine zweite Person?", "Weniger, als man denkt."),
        yes_or_no=("Geht das auch im Ausland?", "Über Reisen haben wir lange nachgedacht."),
    ),
    "fr": Phrases(
        blank="[ville]",
        to_fill_in="On y gagne XXX heures par semaine.",
        another_sentence="C’est ouvert aussi le dimanche.",
        names_product="Voilà pourquoi {product} devait exister.",
        bullets="- Sans attente\n- Sans formulaire\n- Sans file\n- Sans frais",
        third_person="Avant, elle redoutait le lundi. Maintenant, elle est heureuse de sa semaine.",
        long_headline="Retrouvez enfin les soirées que vous perdez chaque semaine à un travail "
        "dont personne ne vous remercie jamais",
        other_price="777",
        see_above="Voir plus haut.",
        later="Nous verrons cela plus tard.",
        how_much=("Combien coûte une deuxième place ?", "Moins que vous ne le pensez."),
        yes_or_no=("Est-ce ouvert aux enfants ?", "Nous avons longtemps pensé aux familles."),
    ),
    "es": Phrases(
        blank="[ciudad]",
        to_fill_in="Se ahorran XXX horas a la semana.",
        another_sentence="También funciona los domingos.",
        names_product="Para eso nació {product}.",
        bullets="- Sin espera\n- Sin formularios\n- Sin colas\n- Sin cuota",
        third_person="Antes ella temía los lunes. Ahora está tranquila y su familia lo nota.",
        long_headline="Recupere por fin las tardes que pierde cada semana en un trabajo que nadie "
        "le agradece nunca en casa",
        other_price="777",
        see_above="Véase más arriba.",
        later="Eso lo veremos más adelante.",
        how_much=("¿Cuánto cuesta una segunda hoja?", "Menos de lo que cree."),
        yes_or_no=("¿Funciona también en el extranjero?", "Hemos pensado mucho en los viajes."),
    ),
    "ja": Phrases(
        blank="［都市名］",
        to_fill_in="週にXXX時間の節約になります。",
        another_sentence="日曜日も使えます。",
        names_product="だからこそ「{product}」が必要でした。",
        bullets="・待ち時間なし\n・書類なし\n・行列なし\n・手数料なし",
        third_person="以前、彼女は月曜日を恐れていました。今の彼女は家族と笑って過ごしています。",
        long_headline="誰にも感謝されないまま毎週のように失われていく平日の夕方の時間を、"
        "町内の皆さん一人ひとりの手に確かに取り戻していただくためのまったく新しい連絡の"
        "仕組みを今日から始めることにいたしました",
        other_price="777",
        see_above="上記をご覧ください。",
        later="それは後で決めます。",
        how_much=("二つ目の町内会の料金はいくらですか。", "思っているより安いです。"),
        yes_or_no=("海外でも使えますか。", "旅行についてはよく考えてきました。"),
    ),
    "ar": Phrases(
        blank="[المدينة]",
        to_fill_in="يوفر ذلك XXX ساعة في الأسبوع.",
        another_sentence="وهو يعمل يوم الجمعة أيضًا.",
        names_product="ولهذا كان لا بد من {product}.",
        bullets="- بلا انتظار\n- بلا أوراق\n- بلا طابور\n- بلا رسوم",
        third_person="كانت تخاف من كل يوم أحد. الآن هي مرتاحة وأسرتها تلاحظ ذلك.",
        long_headline="استعد أخيرًا كل الأمسيات التي تضيع منك كل أسبوع في عمل طويل لا يشكرك "
        "عليه أحد من الناس",
        other_price="٧٧٧",
        see_above="انظر أعلاه.",
        later="سنقرر ذلك لاحقًا.",
        how_much=("كم يكلف المحل الثاني؟", "أقل مما تظن."),
        yes_or_no=("هل يعمل خارج مصر؟", "فكرنا في السفر طويلًا."),
    ),
}
LONG_SENTENCES = {
    "de": "Wer schon einmal spät am Abend mit einem Brief in der einen und dem Telefon in der "
    "anderen Hand in der Küche stand, während oben die Kinder riefen und unten die Suppe "
    "überkochte, der weiß, dass in dieser Küche niemand mehr einen Brief liest.",
    "fr": "Quiconque s’est tenu tard le soir dans sa cuisine avec une lettre dans une main et le "
    "téléphone dans l’autre, pendant que les enfants appelaient et que la soupe débordait, sait "
    "que personne dans cette cuisine ne lit plus la moindre lettre.",
    "es": "Quien ha estado alguna vez de noche en la cocina con una carta en una mano y el "
    "teléfono en la otra, mientras los niños llamaban desde arriba y la sopa se salía de la "
    "olla, sabe que en esa cocina nadie lee ya ninguna carta.",
    "ja": "夜遅くに片手に手紙を、もう片手に電話を持って台所に立ち、二階からは子どもたちの呼ぶ声が"
    "聞こえ、火にかけた汁は吹きこぼれそうで、玄関では犬が鳴いているという経験をしたことのある人なら"
    "誰でも、そんな台所で手紙を落ち着いて読む人などいないということをよく知っています。",
    "ar": "كل من وقف في المطبخ آخر الليل وفي يده رسالة وفي اليد الأخرى هاتف بينما الأولاد "
    "ينادون من فوق والحساء يفور على النار والجرس يرن عند الباب يعرف أن أحدًا في ذلك المطبخ "
    "لن يقرأ الرسالة في تلك الليلة.",
}


def _flaws(language: str, said: Phrases) -> Iterator[Flaw]:
    """Each flaw in the words of one language."""

    def flaw(name: str, rule: str, words: str, sow: Sow) -> Flaw:
        return Flaw(name, rule, language, words, sow)

    yield flaw("blank for the city", "A13", said.blank, sets_in("dateline", city=said.blank))
    yield flaw("XXX", "A13", "XXX", adds("solution", said.to_fill_in))
    yield flaw("left for later", "A14", said.later, answers("external", "data", said.later))
    yield flaw("four bullets", "A15", said.bullets, adds("solution", said.bullets, "\n\n"))
    yield flaw("two prices", "A16", said.other_price, costs_two_prices(said.other_price))
    yield flaw("long headline", "H2", said.long_headline, sets(headline=said.long_headline))
    second = said.another_sentence
    yield flaw("subheading of two sentences", "S1", second, adds("subheading", second))
    yield flaw("product in the problem", "P1", "{product}", adds("problem", said.names_product))
    she = said.third_person
    yield flaw("quote in the third person", "Q2", she, sets_in("customer_quote", text=she))
    yield flaw("see above", "F4", said.see_above, answers("external", "data", said.see_above))
    yield flaw("how much, no number", "F5", said.how_much[1], asks("external", *said.how_much))
    yield flaw("neither yes nor no", "F5", said.yes_or_no[1], asks("external", *said.yes_or_no))
    if language in LONG_SENTENCES:
        sentence = LONG_SENTENCES[language]
        yield flaw("endless sentence", "A3", sentence, adds("problem", sentence))


IN_LANGUAGES = tuple(flaw for language, said in PHRASES.items() for flaw in _flaws(language, said))
