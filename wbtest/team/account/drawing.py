"""The QR code of a second factor, as an element of the page. Pure."""

import segno
from markupsafe import Markup

TITLE = "QR code for your authenticator app"


def inline(address: str) -> Markup:
    """Return the code of an otpauth:// address; it is read from a screen, so no part is spare."""
    drawn = segno.make_qr(address, error="l").svg_inline(
        dark="#000", light="#fff", title=TITLE, svgclass="qr", lineclass=None, omitsize=True
    )
    # Drawn by us, and nothing that a person typed is in it but as squares.
    return Markup(drawn.replace("<svg", '<svg role="img"', 1))  # noqa: S704
