"""What a plain form says, as a browser sends it: the same as Flask and WTForms read of it."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from wbtest.audience.signing.forms import MOST_FIELDS, SignupForm, Typed, read_fields, read_plain
from wbtest.publishing.strings import strings_for

texts = st.one_of(
    st.sampled_from(
        ["mia@x.io", "Mia+list@Bücher.example", "mia", "", " a@x.io. ", "a@x.io,b@x.io"]
    ),
    st.text(max_size=130),
)


@given(fields=st.dictionaries(st.sampled_from(["email", "name", "token", "website"]), texts))
def test_a_plain_form_says_what_the_form_says(fields: dict[str, str]) -> None:
    form = SignupForm(strings_for("en"), MultiDict(fields))
    is_valid = form.validate() and not any("\0" in text for text in fields.values())

    found = read_plain(urlencode(fields, errors="surrogatepass").encode())

    assert found == (Typed.of(form) if is_valid else None)


@given(
    st.lists(
        st.sampled_from(
            ["a", "=", "&", "+", "%", "%4", "%41", "%C3%A9", "%C3", "%zz", "%00", ";", "\n"]
        )
    ).map("".join)
)
def test_fields_are_read_as_the_standard_library_reads_them(text: str) -> None:
    def by_library() -> list[tuple[str, str]]:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)

    try:
        expected = by_library()
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - of any kind, as the library
            read_fields(text)
    else:
        assert read_fields(text) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"email=a@x.io&email=b@x.io",
        b"email=a@x.io&name=%%00",
        b"email=a@x.io&name=%00",
        b"email=a@x.io&name=%ff",
        "email=a@x.io&name=ä".encode(),
        b"email=a@x.io" + b"".join(b"&f%d=1" % number for number in range(10)),
        b"",
    ],
)
def test_an_unusual_form_is_not_plain(body: bytes) -> None:
    assert read_plain(body) is None
