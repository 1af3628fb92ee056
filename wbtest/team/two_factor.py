"""The second factor: codes from an app (RFC 6238), recovery codes, turning it on and off.

Its secret is stored encrypted under a key derived from the server's own, so a copy of the database
makes no codes. After a change of that key, `wbtest user second-factor-off` lets people in. Two
signed notes stay with the browser between pages: whose password was right while the code is typed,
and the secret of a factor that is being set up.
"""

import base64
import os
import secrets
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import NamedTuple

import pyotp
import segno
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, URLSafeSerializer
from markupsafe import Markup

from wbtest.extensions import clock, db, runtime
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team import passwords, sessions, tokens
from wbtest.team.audit import record
from wbtest.team.models import Person, RecoveryCode, SecondFactor

WRONG_CODE = "This code is wrong or was already used. Wait for the next one and enter that."
KEY_CHANGED = (
    "The server’s key has changed, so it can’t check your codes. Ask the person who runs it to "
    "enter: wbtest user second-factor-off"
)
# Half a minute before and after: clocks of phones are not exact.
NEIGHBOURS = (0, -1, 1)
SECONDS = 30
RECOVERY_CODES = 10
# No letter or digit that looks like another one; 49 bits in ten of them.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_HALF = 5
_NONCE = 12
QR_TITLE = "QR code for your authenticator app"
CODE_LASTS = timedelta(minutes=5)
SETUP_LASTS = timedelta(hours=1)


class FactorUnchanged(Refused):
    """The second factor is on or off already, as by a second tab."""


def find_factor(person: Person) -> SecondFactor | None:
    """The person's second factor, or None."""
    found: SecondFactor | None = db.session.get(SecondFactor, person.id)
    return found


def recovery_codes_left(person: Person) -> int:
    """How many recovery codes are not used yet."""
    ours = sa.select(sa.func.count()).where(RecoveryCode.person_id == person.id)
    return db.session.scalar(ours) or 0


def turn_on(
    person: Person, secret: str, *, password: str, code: str, ends_tokens: bool = False
) -> list[str]:
    """Ask for codes of ``secret`` from now on; return the recovery codes, which nobody keeps.

    With ``ends_tokens`` programs, which type no code, are shut out too. Raises Invalid at
    ``password`` or ``code``, and FactorUnchanged when it is on already.
    """
    stored = passwords.check_password(person, password)
    step = find_step(secret, code, clock.now())
    if step is None:
        raise Invalid("code", WRONG_CODE)
    sealed = encrypt_secret(secret, person.id)
    made = make_recovery_codes()
    # Before the transaction: it takes a third of a second.
    hashes = [_hash_of(person, each) for each in made]
    with writing() as session:
        passwords.hold_with_password(person, stored)
        if find_factor(person) is not None:
            raise FactorUnchanged(
                "Two-step verification is already on. Turn it off first to use another phone."
            )
        session.add(
            SecondFactor(person_id=person.id, secret=sealed, last_step=step, created_at=clock.now())
        )
        for each in hashes:
            session.add(RecoveryCode(code_hash=each, person_id=person.id))
        record("factor.turned_on", by=person)
        if ends_tokens:
            tokens.end_tokens(person)
    return made


def turn_off(person: Person, *, password: str, code: str, ends_tokens: bool = False) -> Person:
    """Ask the person for no code any more; ``ends_tokens`` as above.

    Raises Invalid at ``password`` or ``code``, RateLimited, and FactorUnchanged.
    """
    stored = passwords.check_password(person, password)
    with counted_code(person, passwords.name_of_asker()):
        typed = read_code(person, code)
        with writing():
            passwords.hold_with_password(person, stored)
            if find_factor(person) is None:
                raise FactorUnchanged("Two-step verification is already off.")
            is_right = take_code(person, typed)
            if is_right:
                _forget(person)
                record("factor.turned_off", by=person)
                if ends_tokens:
                    tokens.end_tokens(person)
            else:
                record("login.code_refused", by=person)
        if not is_right:
            raise Invalid("code", WRONG_CODE)
    return person


def turn_off_for(person: Person) -> None:
    """Turn the code off for somebody who lost phone and paper. Raises FactorUnchanged."""
    with writing():
        hold(person)
        if find_factor(person) is None:
            raise FactorUnchanged(f"{person.email} doesn’t use two-step verification.")
        _forget(person)
        record("person.factor_off", f"{person.name} <{person.email}>")


def log_in_with_code(person: Person, code: str, former_token: str = "") -> str:
    """Open the session of somebody whose password was right, and return its token.

    Raises Invalid at ``code``, and RateLimited.
    """
    stored = person.password_hash
    with counted_code(person, sessions.find_device_name(person.email)):
        typed = read_code(person, code)
        with writing():
            passwords.hold_with_password(person, stored, "code")
            is_right = take_code(person, typed)
            if is_right:
                sessions.end_session(former_token)
                record("login.succeeded", by=person)
                token = sessions.open_session(person)
            else:
                record("login.code_refused", by=person)
        if not is_right:
            raise Invalid("code", WRONG_CODE)
    return token


def counted_code(person: Person, known_as: str) -> AbstractContextManager[None]:
    """A try at this person's codes, if they have any, as ``tries.counted``.

    Counted apart from passwords, so that these forgive none of them. A code is six digits, and is
    only asked for after the right password: strangers have ten tries together, from wherever.
    """
    is_asked = find_factor(person) is not None
    account = f"code of {person.email}"
    return passwords.count_try(account, known_as or "strangers") if is_asked else nullcontext()


class Typed(NamedTuple):
    """A code as it was typed, and its hash where it looks like one of the paper, else ''."""

    text: str
    kept: str


def read_code(person: Person, text: str) -> Typed:
    """Return a code for ``take_code``. Takes as long as a password: not inside ``writing``."""
    if not is_recovery_code(text):
        return Typed(text, "")
    return Typed(text, _hash_of(person, text))


def take_code(person: Person, typed: Typed) -> bool:
    """Use up a code of the phone or of the paper, inside ``writing``; False for a wrong one."""
    factor = find_factor(person)
    if factor is None:
        return False
    if typed.kept and _spend(person, typed.kept):
        return True
    secret = decrypt_secret(factor.secret, person.id)
    if secret is None:
        raise Invalid("code", KEY_CHANGED)
    step = find_step(secret, typed.text, clock.now(), factor.last_step)
    if step is not None:
        factor.last_step = step
    return step is not None


def _forget(person: Person) -> None:
    for model in (RecoveryCode, SecondFactor):
        db.session.execute(sa.delete(model).where(model.person_id == person.id))


def _spend(person: Person, kept: str) -> bool:
    """Use up a code of the paper; False for a wrong one."""
    spent = sa.delete(RecoveryCode).where(RecoveryCode.code_hash == kept)
    if db.session.scalar(spent.returning(RecoveryCode.code_hash)) is None:
        return False
    record("login.recovery_code_used", f"{recovery_codes_left(person)} left", by=person)
    return True


def _hash_of(person: Person, code: str) -> str:
    """As slow as a password's: ten letters are few enough for many machines to try all."""
    salt = sessions.digest(f"recovery codes of {person.id}").encode()
    return passwords.stretch(normalize_recovery_code(code), salt)


class CodeAsked(Exception):
    """The password was right, and a code is wanted before a session is opened."""

    def __init__(self, person: Person) -> None:
        super().__init__("a code is wanted")
        self.person = person


def has_second_factor(person: Person) -> bool:
    """Whether this person's log-in wants a code."""
    return bool(with_second_factor([person.id]))


def with_second_factor(person_ids: Collection[int]) -> set[int]:
    """Return which of these people have a second factor."""
    wanted = sa.select(SecondFactor.person_id).where(SecondFactor.person_id.in_(person_ids))
    return set(db.session.scalars(wanted)) if person_ids else set()


def make_secret() -> str:
    """Return 160 random bits in base32, as authenticator apps want them."""
    return pyotp.random_base32()


def otpauth_address(secret: str, email: str, issuer: str) -> str:
    """Return the otpauth:// address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def find_step(secret: str, typed: str, now: datetime, after: int = -1) -> int | None:
    """Return the time step whose code was typed, if it is about ``now`` and later than ``after``.

    >>> from datetime import UTC
    >>> now, secret = datetime(2027, 3, 1, 9, tzinfo=UTC), "JBSWY3DPEHPK3PXP" * 2
    >>> find_step(secret, "000000", now) is None
    True
    """
    code = pyotp.TOTP(secret)
    current = int(now.timestamp()) // SECONDS
    digits = "".join(typed.split())
    for step in (current + by for by in NEIGHBOURS):
        if secrets.compare_digest(code.generate_otp(step).encode(), digits.encode()):
            return step if step > after else None
    return None


def make_recovery_codes() -> list[str]:
    """Return ten codes such as ``k7f2m-9xq4t``."""
    return [f"{_half()}-{_half()}" for _ in range(RECOVERY_CODES)]


def normalize_recovery_code(typed: str) -> str:
    """Return a recovery code as it is compared: small letters, without what people put between.

    >>> normalize_recovery_code(" K7F2M 9xq4t ")
    'k7f2m9xq4t'
    """
    return "".join(letter for letter in typed.lower() if letter.isalnum())


def is_recovery_code(typed: str) -> bool:
    """Whether this may be a recovery code; what a phone shows is shorter.

    >>> is_recovery_code("k7f2m-9xq4t"), is_recovery_code("081 804")
    (True, False)
    """
    return len(normalize_recovery_code(typed)) == 2 * _HALF


def _half() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_HALF))


def encrypt_secret(secret: str, person_id: int) -> str:
    """Return the secret as it is stored; in another person's row it cannot be read."""
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(_key()).encrypt(nonce, secret.encode(), _for(person_id))
    return base64.b64encode(nonce + sealed).decode()


def decrypt_secret(stored: str, person_id: int) -> str | None:
    """Return the secret, or None when it was stored under another key."""
    raw = base64.b64decode(stored)
    try:
        return AESGCM(_key()).decrypt(raw[:_NONCE], raw[_NONCE:], _for(person_id)).decode()
    except InvalidTag:
        return None


def _key() -> bytes:
    server_key = runtime().settings.secret_key
    made_for = b"wbtest second factor"
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=made_for).derive(server_key.encode())


def _for(person_id: int) -> bytes:
    return f"person {person_id}".encode()


def draw_qr_code(address: str) -> Markup:
    """Return the code of an otpauth:// address; it is read from a screen, so no part is spare."""
    drawn = segno.make_qr(address, error="l").svg_inline(
        dark="#000", light="#fff", title=QR_TITLE, svgclass="qr", lineclass=None, omitsize=True
    )
    # Drawn by us, and nothing that a person typed is in it but as squares.
    return Markup(drawn.replace("<svg", '<svg role="img"', 1))  # noqa: S704


def cookie_name() -> str:
    """Name of the cookie; over https no other host can set it for us."""
    return "__Host-wb-code" if runtime().settings.is_https else "wb-code"


def code_note(person: Person) -> str:
    """Return what the cookie holds: whose password was right, and until when that counts."""
    until = int((clock.now() + CODE_LASTS).timestamp())
    return _dumps("code", [person.id, until, _mark(person)])


def find_waiting_person(note: str) -> Person | None:
    """Who may type a code now, or None: too late, forged, or the password is another by now."""
    match _loads("code", note):
        case [int(person_id), int(until), str(mark)] if clock.now().timestamp() < until:
            person = db.session.get(Person, person_id)
            is_same = person is not None and mark == _mark(person)
            return person if is_same and person and find_factor(person) else None
    return None


def wrap_secret(secret: str, person: Person) -> str:
    """Return a new secret for the form that shows it; nothing is stored before it is confirmed."""
    return _dumps("setup", [person.id, secret, int((clock.now() + SETUP_LASTS).timestamp())])


def unwrap_secret(wrapped: str, person: Person) -> str | None:
    """Return the secret that this person was shown within the hour, or None."""
    match _loads("setup", wrapped):
        case [int(person_id), str(secret), int(until)]:
            is_theirs = person_id == person.id and clock.now().timestamp() < until
            return secret if is_theirs else None
    return None


def _mark(person: Person) -> str:
    """Changes with the password, and says nothing of it."""
    return sessions.digest(f"mark of {person.password_hash}")[:16]


def _dumps(purpose: str, value: list[object]) -> str:
    return str(_serializer(purpose).dumps(value))


def _loads(purpose: str, text: str) -> object:
    try:
        return _serializer(purpose).loads(text)
    except BadSignature:
        return None


def _serializer(purpose: str) -> URLSafeSerializer:
    settings = runtime().settings
    return URLSafeSerializer(settings.secret_key, salt=f"wbtest.account.{purpose}")
