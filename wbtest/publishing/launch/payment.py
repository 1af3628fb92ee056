"""Whether the words of a page ask for money now, which a test page must not do. Pure.

Nobody can pay on a page: its form takes an address. A button that says otherwise promises what the
click does not do. Words are looked up in the page's own language and in English.
"""

import re

from wbtest.publishing.copy import PageCopy

# Spaces and hyphens stand for each other; Japanese is not cut into words.
WORDS = {
    "en": "buy|buy now|pay|pay now|purchase|checkout|check out|order|order now|place order"
    "|add to cart|add to basket|subscribe and pay",
    "de": "kaufen|jetzt kaufen|bezahlen|jetzt bezahlen|zahlen|bestellen|jetzt bestellen"
    "|zahlungspflichtig bestellen|zur kasse|in den warenkorb",
    "fr": "acheter|acheter maintenant|payer|payer maintenant|commander|commander maintenant"
    "|ajouter au panier|passer commande",
    "es": "comprar|comprar ahora|pagar|pagar ahora|pedir ahora|añadir al carrito|realizar pedido",
    "ja": "購入|購入する|今すぐ購入|支払う|注文|注文する|今すぐ注文|カートに入れる",
    "ar": "اشتر|اشتر الآن|شراء|ادفع|ادفع الآن|اطلب الآن|أضف إلى السلة",
}
UNSPACED = ("ja",)


def find_demand(page: PageCopy) -> str:
    """Return what a page says to make somebody pay, '' for nothing.

    The button's whole words are compared, so “Order from chaos” is no order; of the sentence
    beside it only its beginning.
    """
    language = page.language.lower().partition("-")[0]
    phrases = {
        phrase for code in {language, "en"} for phrase in WORDS.get(code, "").split("|") if phrase
    }
    label, text = _plain(page.cta_label), _plain(page.cta_text)
    if label in phrases:
        return page.cta_label
    longer = [phrase for phrase in phrases if " " in phrase or language in UNSPACED]
    return page.cta_text if any(text.startswith(phrase) for phrase in longer) else ""


def _plain(text: str) -> str:
    words = re.sub(r"[^\w]+", " ", text.casefold()).split()
    return " ".join(words)
