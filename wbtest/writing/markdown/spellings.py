"""What headings and fields of a file are called, in the many ways people spell them. Pure.

They are English, French, German or Spanish, whatever the release's language is.
"""

import re

from wbtest.writing.parts import PARTS

FAQ = ("external", "internal", "faq")
# The headings that are written, and other ways to spell them; "faq" does not say who asks.
SPELLINGS = {
    "release": "press release|for immediate release|pr faq|prfaq"
    "|communiqué de presse|pressemitteilung|nota de prensa|comunicado de prensa",
    "headline": "title|heading|titre|überschrift|schlagzeile|titel|titular|título",
    "subheading": "sub heading|subheadline|sub headline|subtitle|sub title|tagline"
    "|sous titre|untertitel|unterzeile|unterüberschrift|subtítulo",
    "summary": "intro|introduction|opening|overview|lead"
    "|résumé|zusammenfassung|einleitung|resumen|introducción",
    "problem": "problem statement|customer problem|problem we solve|problem today"
    "|problème|problème du client|problem des kunden|kundenproblem|problema"
    "|problema del cliente",
    "alternative": "alternative|alternatives|existing alternatives|current alternatives|today"
    "|what people do today|how people do it today|status quo|why it is better|why this is better"
    "|aujourd hui|aujourd hui et mieux|alternativen|heute|heute und besser|bisher|hoy"
    "|hoy y mejor|alternativa|alternativas",
    "solution": "solution|how it works|what it does|product solution"
    "|comment ça marche|lösung|so funktioniert es|wie es funktioniert|solución"
    "|cómo funciona",
    "why_now": "why today|timing|pourquoi maintenant|warum jetzt|por qué ahora",
    "company_quote": "quote|company quote|spokesperson quote|leader quote|leadership quote"
    "|founder quote|ceo quote|executive quote|internal quote|spokesperson s quote|founder s quote"
    "|citation|citation de l entreprise|citation de l équipe|zitat|zitat des unternehmens"
    "|unternehmenszitat|cita|cita de la empresa|cita del equipo",
    "customer_quote": "customer quote imagined|customer s quote|user quote|client quote|testimonial"
    "|customer testimonial"
    "|citation du client|citation client|citation d un client|citation d une cliente"
    "|témoignage|témoignage client|kundenzitat|kundenstimme|zitat eines kunden|zitat einer kundin"
    "|cita del cliente|cita de un cliente|cita de una clienta|testimonio",
    "call_to_action": "cta|getting started|get started|how to get started|how to start|next step"
    "|next steps"
    "|appel à l action|prochaine étape|pour commencer|handlungsaufforderung|nächster schritt"
    "|jetzt anfangen|llamada a la acción|siguiente paso|próximo paso|cómo empezar",
    "external": "customer faq|external faq|external questions|faq external|faq customers"
    "|faq customer|faq for customers|questions from customers|customers questions"
    "|faq client|faq clients|faq des clients|faq von kunden|faq externe|questions des clients"
    "|questions clients|kundenfragen|fragen von kunden|externe faq|faq extern|faq für kunden"
    "|preguntas de clientes|preguntas de los clientes|faq externas|faq de clientes"
    "|faq para clientes",
    "internal": "internal faq|faq internal|stakeholder faq|stakeholder questions|faq stakeholders"
    "|questions from stakeholders"
    "|faq interne|faq internes|questions internes|interne faq|interne fragen|faq intern"
    "|preguntas internas|faq interna|faq internas",
    "faq": "faq|questions|questions and answers|q a|q and a"
    "|questions et réponses|fragen|fragen und antworten|preguntas|preguntas y respuestas",
    "numbers": "numbers|the numbers|what the numbers rest on|chiffres|zahlen|cifras|números",
}
# The fields of a call to action and of a question, written "- Price: free".
FIELDS = {
    "label": "button|label|button label|button text|words on the button"
    "|bouton|schaltfläche|knopf|botón",
    "price": "price|cost|prix|preis|precio",
}
QUESTION_FIELDS = {
    "topic": "topic|thème|sujet|thema|tema",
    "open.owner": "owner|who settles it|open owner",
    "open.until": "until|due|deadline|by when",
    "open.settled_by": "settled by|how we settle it|how it is settled",
}
_ARTICLES = (
    *("the", "a", "an", "our"),
    *("le", "la", "les", "l", "un", "une", "notre", "nos"),
    *("der", "die", "das", "ein", "eine", "unser", "unsere"),
    *("el", "los", "las", "una", "nuestro", "nuestra"),
)
_FAQ_SPELLINGS = re.compile(
    r"\b(?:frequently asked questions|faqs|questions fréquentes|foire aux questions"
    r"|häufig gestellte fragen|häufige fragen|preguntas frecuentes)\b"
)
LONGEST = 80
_WORD = re.compile(r"[^\W_]+")


def key_of(title: str) -> str:
    """Return the words of a title in the form in which the tables hold them.

    >>> key_of("2. The **Problem** paragraph:"), key_of("FAQs – Internal")
    ('problem', 'faq internal')
    """
    words = _WORD.findall(title.casefold().replace("&", " and ")) if len(title) <= LONGEST else []
    while len(words) > 1 and (words[0] in _ARTICLES or words[0].isdigit()):
        del words[0]
    while len(words) > 1 and words[-1] in ("paragraph", "section"):
        del words[-1]
    return _FAQ_SPELLINGS.sub("faq", " ".join(words))


def names_of(table: dict[str, str]) -> dict[str, str]:
    """The name of each spelling in a table."""
    return {key: name for name, keys in table.items() for key in keys.split("|")}


PART_OF = names_of(SPELLINGS) | {key_of(part.label): part.name for part in PARTS["full"]}
