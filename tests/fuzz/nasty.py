"""What nobody types and machines send: texts, content types, headers and queries. Pure."""

PLAIN = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"
BOUNDARY = "wbtest-fuzz"
# What would be worth something, were it believed.
EXTRA = (
    *(
        (b"role", b"owner"),
        (b"author_id", b"2"),
        (b"author_id", b"9999"),
        (b"is_admin", b"1"),
    ),
    *((b"approved_by", b"1"), (b"created_at", b"2020-01-01"), (b"visits", b"999"), (b"id", b"1")),
    *((b"person_id", b"1"), (b"state", b"running"), (b"is_active", b"1")),
    *((b"experiment_id", b"1"), (b"version", b"999"), (b"digest", b"0" * 64), (b"__class__", b"x")),
)
NASTY = (
    *(b"", b" ", b"\n", b"\r\n", b"\t", b"0", b"-1", b"1e308", b"NaN", b"Infinity", b"1e400"),
    *(
        b"9" * 400,
        b"-0",
        b"0.1",
        b"0x10",
        b"1_000",
        b"1,000",
        b"2147483648",
        b"9223372036854775808",
    ),
    *("٣".encode(), "½".encode(), "①".encode(), b"true", b"null", b"[]", b"{}", b"[object Object]"),
    *(b"a\0b", b"\0", b"\xed\xa0\x80", b"\xff\xfe", b"\xc3\x28", b"\xf0\x9f", b"\x80", b"\xc0\xaf"),
    *("\u202e\u200b\ufeff".encode(), ("e" + "\u0301" * 500).encode(), "👩‍👩‍👧".encode()),
    *("\u2028\u2029\u0085".encode(), b"\x0b\x0c\x1c\x1d\x1e\x1f\x7f", "\ufffe\uffff".encode()),
    *(
        b"0000-00-00",
        b"9999-12-31",
        b"2026-02-30",
        b"2026-03-29T02:30",
        b"0001-01-01",
        b"10000-01-01",
    ),
    *(b"-1:00", b"25:61", b"24:00", b"admin", b"api", b"..", b"%2e%2e", b"a/b", b"CON", b"-"),
    *("аpple".encode(), b"UPPER", b"a" * 300, b'"a b"@x.io', b"a@xn--", b"a+tag@x.io", b" A@X.io "),
    *(b"a@x.io,b@y.io", b"a@x.io\r\nBcc: v@z.io", b"a" * 250 + b"@x.io", b"a@b", b"@", b"a@[::1]"),
    *(
        b"http://127.0.0.1",
        b"file:///etc/passwd",
        b"javascript:alert(1)",
        b"https://[::1",
        b"//e.com",
    ),
    *(b"https://a:b@c:99999/", b"https://\xe2\x98\x83.net", b"https://x..y", b"http://[1.2.3]/"),
    *(
        b"=1+1",
        b"@SUM(A1)",
        b'"><svg onload=alert(1)>',
        b"</textarea><script>",
        b"{{7*7}}",
        b"%s%n",
    ),
    *(
        b"%(x)s",
        b"{0.__class__}",
        b"../../app.py",
        b"' OR 1=1 --",
        b"%",
        b"_",
        b"\\",
        b"`",
        b"$(id)",
    ),
    *(b"v1.2.3", b'"v1"', b"*", b"1;2;3", b"1,2,,3", b",", b"control", b"control,control", b"None"),
    *(b"2027-03-02, newsletter, 1e9", b"a,b,c\nd", b'"', b'"a', b"1\t2\t3", b"EUR", b"eur", b"XXX"),
)
LONG = (b"a" * 5_001, b"word " * 4_000, "é".encode() * 60_000, b"a" * 70_000 + b"!", b"\n" * 30_000)
KINDS = (
    *(PLAIN, PARTS, "application/json", "text/plain", "", "multipart/form-data; boundary="),
    *(
        "application/x-www-form-urlencoded; charset=utf-16",
        "image/png",
        "multipart/mixed; boundary=x",
    ),
    *("text/html; charset=\xff", ";;;", f"multipart/form-data; boundary={'b' * 300}", "a/b/c"),
)
HEADERS = (
    *(
        ("X-Forwarded-For", "1.2.3.4, evil"),
        ("X-Forwarded-Host", "evil.example"),
        ("Range", "bytes=-1"),
    ),
    *(("Accept", "application/json"), ("Accept-Language", "xx;q=zz, \xff"), ("User-Agent", "")),
    *(("User-Agent", "a\xff\xfeb" * 90), ("Referer", "http://[::1"), ("Referer", "http://\xff/")),
    *(("Cookie2", "a\x01"), ("If-Match", '"v999999999999"'), ("If-None-Match", "*, \xff")),
    *(
        ("If-Modified-Since", "yesterday"),
        ("Content-Encoding", "gzip"),
        ("Accept-Encoding", "\xff;q=x"),
    ),
    *(
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-GPC", "1"),
        ("Authorization", "Bearer"),
    ),
    *(("Authorization", "Basic \xff"), ("X-Requested-With", "fetch"), ("Sec-Purpose", "prefetch")),
)
QUERIES = (
    *(
        "",
        "page=-1",
        "page=9e9",
        "page=99999999999999999999",
        "sort=__class__",
        "%ff%fe=%ff",
        "next=//e",
    ),
    *(
        "a=%00",
        "&&&=&=",
        "page=1&page=2",
        "from=2026-02-30&to=x",
        "preview=x",
        "q=%ed%a0%80",
        "cursor=%",
    ),
)
