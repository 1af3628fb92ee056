"""The second factor of a log-in: turned on, asked for, turned off."""

from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import sqlalchemy as sa

from wbtest.extensions import clock, db
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team import known_devices, passwords, tries
from wbtest.team.account import codes, secrecy
from wbtest.team.account.models import RecoveryCode, SecondFactor
from wbtest.team.audit.log import record
from wbtest.team.ending import end_tokens
from wbtest.team.models import Person
from wbtest.team.own_password import asker, check_password, hold_unchanged
from wbtest.team.session_cookie import digest
from wbtest.team.sessions import end_session, open_session

WRONG_CODE = "This code is not right, or was used already. Wait for the next one and type that."
KEY_CHANGED = (
    "This server’s key was changed, so it cannot check codes of before. Whoever runs it turns your "
    "second factor off on its command line: wbtest user second-factor-off"
)


class NotSo(Refused):
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
    ``password`` or ``code``, and NotSo when it is on already.
    """
    stored = check_password(person, password)
    step = codes.find_step(secret, code, clock.now())
    if step is None:
        raise Invalid("code", WRONG_CODE)
    sealed = secrecy.encrypt(secret, person.id)
    made = codes.make_recovery_codes()
    # Before the transaction: it takes a third of a second.
    hashes = [_hash_of(person, each) for each in made]
    with writing() as session:
        hold_unchanged(person, stored)
        if find_factor(person) is not None:
            raise NotSo("Your second factor is on already. Turn it off first to use another phone.")
        session.add(
            SecondFactor(person_id=person.id, secret=sealed, last_step=step, created_at=clock.now())
        )
        for each in hashes:
            session.add(RecoveryCode(code_hash=each, person_id=person.id))
        record("factor.turned_on", by=person)
        if ends_tokens:
            end_tokens(person)
    return made


def turn_off(person: Person, *, password: str, code: str, ends_tokens: bool = False) -> None:
    """Ask for no code any more; ``ends_tokens`` as above.

    Raises Invalid at ``password`` or ``code``, RateLimited, and NotSo.
    """
    stored = check_password(person, password)
    with counted_code(person, asker()):
        typed = read_code(person, code)
        with writing():
            hold_unchanged(person, stored)
            if find_factor(person) is None:
                raise NotSo("Your second factor is off already.")
            is_right = take_code(person, typed)
            if is_right:
                _forget(person)
                record("factor.turned_off", by=person)
                if ends_tokens:
                    end_tokens(person)
            else:
                record("login.code_refused", by=person)
        if not is_right:
            raise Invalid("code", WRONG_CODE)


def turn_off_for(person: Person) -> None:
    """Let somebody in who has lost phone and paper; for whoever runs the server. Raises NotSo."""
    with writing():
        hold(person)
        if find_factor(person) is None:
            raise NotSo(f"{person.email} has no second factor.")
        _forget(person)
        record("person.factor_off", f"{person.name} <{person.email}>")


def log_in_with_code(person: Person, code: str, former_token: str = "") -> str:
    """Open the session of somebody whose password was right, and return its token.

    Raises Invalid at ``code``, and RateLimited.
    """
    stored = person.password_hash
    with counted_code(person, known_devices.find_name(person.email)):
        typed = read_code(person, code)
        with writing():
            hold_unchanged(person, stored, "code")
            is_right = take_code(person, typed)
            if is_right:
                end_session(former_token)
                record("login.succeeded", by=person)
                token = open_session(person)
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
    return tries.counted(account, known_as or "strangers") if is_asked else nullcontext()


class Typed(NamedTuple):
    """A code as it was typed, and its hash where it looks like one of the paper, else ''."""

    text: str
    kept: str


def read_code(person: Person, text: str) -> Typed:
    """Return a code for ``take_code``. Takes as long as a password: not inside ``writing``."""
    if not codes.is_of_paper(text):
        return Typed(text, "")
    return Typed(text, _hash_of(person, text))


def take_code(person: Person, typed: Typed) -> bool:
    """Use up a code of the phone or of the paper, inside ``writing``; False for a wrong one."""
    factor = find_factor(person)
    if factor is None:
        return False
    if typed.kept and _spend(person, typed.kept):
        return True
    secret = secrecy.decrypt(factor.secret, person.id)
    if secret is None:
        raise Invalid("code", KEY_CHANGED)
    step = codes.find_step(secret, typed.text, clock.now(), factor.last_step)
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
    salt = digest(f"recovery codes of {person.id}").encode()
    return passwords.stretch(codes.as_kept(code), salt)
