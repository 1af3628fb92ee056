"""People and machines, and on what devices."""

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from tests.audience.larder import Visitor, sightings, signups, start_page, visits, words_in
from wbtest.audience import traffic
from wbtest.audience.traffic import (
    BARE,
    Machine,
    classify,
    coding_for,
    device_of,
    find_cookie,
    hints_of,
    is_from_here,
    is_opted_out,
)
from wbtest.publishing.page_options import Options

SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) {SAFARI}"
ANDROID = "Mozilla/5.0 (Linux; Android 16; Pixel 10 Build/BP41.250916.009; wv) "
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36"
PHONES = [
    f"{IPHONE} Version/19.1 Mobile/15E148 Safari/604.1",
    f"{IPHONE} CriOS/154.0.7000.1 Mobile/15E148 Safari/604.1",
    f"{IPHONE} FxiOS/147.0 Mobile/15E148 Safari/605.1.15",
    f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36 EdgA/154.0.0.0",
    f"Mozilla/5.0 (Linux; Android 16; SM-S938B) {CHROME} Mobile Safari/537.36 SamsungBrowser/30.0",
    "Mozilla/5.0 (Android 16; Mobile; rv:147.0) Gecko/147.0 Firefox/147.0",
    f"Mozilla/5.0 (Linux; Android 15; CUBOT KINGKONG X) {CHROME} Mobile Safari/537.36",
]
# The browsers inside apps.
IN_APPS = [
    f"{IPHONE} Mobile/15E148 Instagram 402.0.0.30.98 (iPhone17,1; iOS 19_1; en_US; scale=3.00)",
    f"{ANDROID}{CHROME} Mobile Safari/537.36 Instagram 406.0.0.58.159 Android (36/16; 480dpi; "
    "1080x2400; Google/google; Pixel 10; frankel; en_US; 822918295; IABMV/1)",
    f"{ANDROID}{CHROME} Mobile Safari/537.36 MetaIAB Facebook",
    f"Mozilla/5.0 (Linux; Android 15; CPH2557 Build/AP3A.240617.008; wv) {CHROME} Mobile "
    "Safari/537.36",
    f"{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/530.0.0.40.71;FBBV/1;FBDV/iPhone17,1;FBMD/iPhone]",
    f"{ANDROID}{CHROME} Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/530.0.0.40.71;IABMV/1;]",
    f"{IPHONE} Mobile/15E148 musical_ly_41.0.0 JsSdk/2.0 NetType/WIFI BytedanceWebview/d8a21c6",
    f"{ANDROID}{CHROME} Mobile Safari/537.36 trill_410003 BytedanceWebview/d8a21c6",
    f"{IPHONE} Mobile/15E148 [LinkedInApp]/9.30.1",
    f"{IPHONE} Mobile/15E148 GSA/400.0.1 Safari/604.1",
    f"{IPHONE} Version/19.1 Mobile/15E148 Safari/604.1 [Pinterest/iOS]",
    f"{IPHONE} Mobile/15E148 Snapchat/13.60.0.40 (like Safari/8621.1.15.10.7, panda)",
]
TABLETS = [
    f"Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) {SAFARI} Version/19.0 Mobile/15E148 "
    "Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 16; SM-X920) {CHROME} Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 11; KFTRWI) {CHROME} Silk/154.1 like Chrome/154.0 Safari/537.36",
]
DESKTOPS = [
    WINDOWS,
    f"{WINDOWS} Edg/154.0.0.0",
    f"{WINDOWS} OPR/124.0.0.0",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {CHROME} Safari/537.36",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Version/19.1 Safari/605.1.15",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:147.0) Gecko/20100101 Firefox/147.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:147.0) Gecko/20100101 Firefox/147.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36",
    f"{WINDOWS} Vivaldi/7.6.3797.63",
    f"{WINDOWS} YaBrowser/26.1.0.0 Yowser/2.5",
]
PREVIEWS = [
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "WhatsApp/2.24.6.77 A",
    "WhatsApp/2",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Twitterbot/1.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) {SAFARI} Version/9.0.1 Safari/601.2.4 "
    "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 "
    "skype-url-preview@microsoft.com",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Microsoft Teams/1.7 UrlPreview",
    "Signal-Android/7.60.1 LinkPreview",
    "Iframely/1.3.1 (+https://iframely.com/docs/about)",
]
BOTS = [
    "",
    "   ",
    "curl/8.14.1",
    "Wget/1.25.0",
    "python-requests/2.32.4",
    "Python-urllib/3.13",
    "python-httpx/0.28.1",
    "Go-http-client/2.0",
    "okhttp/5.1.0",
    "axios/1.12.2",
    "node",
    "Java/21.0.8",
    f"Mozilla/5.0 (X11; Linux x86_64) {CHROME.replace('Chrome', 'HeadlessChrome')} Safari/537.36",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; a-new-crawler-nobody-knows/0.1)",
    f"{WINDOWS} (+https://example.com/why-we-ask)",
]


@pytest.mark.parametrize("user_agent", PHONES + IN_APPS + TABLETS + DESKTOPS)
def test_browsers_are_people(user_agent: str) -> None:
    assert classify(user_agent) is None


@pytest.mark.parametrize("user_agent", BOTS)
def test_bots_are_told_by_what_they_say(user_agent: str) -> None:
    found = classify(user_agent)
    assert found is not None
    assert found.reason == "bot"


@pytest.mark.parametrize("user_agent", PREVIEWS)
def test_previews_of_a_link_are_told_apart(user_agent: str) -> None:
    found = classify(user_agent)
    assert found is not None
    assert found.reason == "preview"


def test_every_example_of_the_published_list_is_a_machine() -> None:
    examples = [text for entry in CRAWLER_USER_AGENTS_DATA for text in entry["instances"]]

    assert len(examples) > 2_000
    assert [text for text in examples if classify(text) is None] == []


def test_families_come_from_a_fixed_list_so_that_counters_stay_few() -> None:
    assert classify("Mozilla/5.0 (compatible; Googlebot/2.1)") == Machine("bot", "Googlebot/")
    assert classify("my-own-bot-4711") == classify("my-own-bot-4712") == Machine("bot", "other")
    assert classify("some-link-preview") == Machine("preview", "other")
    assert classify("") == Machine("bot", "no user agent")
    assert max(len(crawler.family) for crawler in traffic._crawlers()) <= 60


@pytest.mark.parametrize("hints", ["prefetch", "prefetch;prerender", "Prefetch", "preview"])
def test_what_a_browser_fetches_ahead_is_nobody(hints: str) -> None:
    assert classify(WINDOWS, hints) == Machine("prefetch", "browser")


def test_who_calls_itself_chrome_and_sends_no_fetch_metadata_is_a_script() -> None:
    assert classify(WINDOWS, BARE) == Machine("bot", "not the Chrome it says")
    # Others do not send it, or not yet when they were made.
    others = [DESKTOPS[5], PHONES[0], WINDOWS.replace("Chrome/154", "Chrome/79")]
    assert [classify(user_agent, BARE) for user_agent in others] == [None, None, None]


def test_other_hints_say_nothing() -> None:
    assert classify(WINDOWS, "navigate") is None


@pytest.mark.parametrize(
    ("device", "user_agents"),
    [("phone", PHONES + IN_APPS), ("tablet", TABLETS), ("desktop", [*DESKTOPS, "", "curl/8"])],
)
def test_devices(device: str, user_agents: list[str]) -> None:
    assert {device_of(user_agent) for user_agent in user_agents} == {device}


HOSTS = frozenset({"try.example.com"})
SIGNALS = [{"Sec-GPC": "1"}, {"DNT": "1"}]
PHOTO = {"photo": {"headline": "Dinner from a photo"}}


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ORIGIN": "https://try.example.com"},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_ORIGIN": "https://try.example.com"},
        {"HTTP_ORIGIN": "https://try.example.com:8443"},
        {"HTTP_REFERER": "https://try.example.com/p/larder"},
        {},
    ],
)
def test_our_own_page_may_send(headers):
    assert is_from_here(headers, HOSTS)


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "https://try.example.com"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "https://try.example.com.evil.example"},
        {"HTTP_ORIGIN": "null", "HTTP_REFERER": "https://try.example.com/"},
        {"HTTP_ORIGIN": "https://[", "HTTP_REFERER": "https://try.example.com/"},
        {"HTTP_REFERER": "https://evil.example/?https://try.example.com"},
    ],
)
def test_another_site_may_not_send(headers):
    assert not is_from_here(headers, HOSTS)


@pytest.mark.parametrize("headers", [{"HTTP_SEC_GPC": "1"}, {"HTTP_DNT": "1"}])
def test_a_browser_can_ask_not_to_be_counted(headers):
    assert is_opted_out(headers)


def test_a_browser_that_tracks_gladly_is_counted():
    assert not is_opted_out({"HTTP_DNT": "0"})


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", ""),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("deflate, GZIP;q=0.5", "gzip"),
        ("gzip;q=0", ""),
        ("gzip; q=0.0", ""),
    ],
)
def test_a_page_is_compressed_for_those_who_take_it(header, coding):
    assert coding_for(header) == coding


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("wb-p1=x", "x"),
        ("a=1; wb-p1=x; b=2", "x"),
        ("a=1;wb-p1=x", "x"),
        ("__Host-wb-p1=y; wb-p1=x", "x"),
        ("wb-p12=y", ""),
        ("xwb-p1=y", ""),
        ("wb-p1=", ""),
        ("", ""),
    ],
)
def test_a_cookie_is_found_by_its_whole_name(header, value):
    assert find_cookie(header, "wb-p1") == value


def test_hints_of_a_prefetch_are_handed_on():
    assert hints_of({"HTTP_SEC_PURPOSE": "prefetch;prerender"}) == "prefetch;prerender"


@pytest.mark.parametrize("signal", SIGNALS)
def test_they_are_honoured_by_default(app, larder, signal):
    mia = Visitor(app, **signal)
    page = mia.get()
    mia.see(page)
    mia.sign_up(page, "mia@x.io")

    assert "Set-Cookie" not in page.headers
    assert visits(app) == sightings(app) == []
    assert [signup.excluded_because for signup in signups(app)] == ["opted_out"]


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_page_that_does_not_listen_counts_like_any_other(app, now, signal):
    start_page(variants=PHOTO, options=Options(respects_signals=False))
    mia = Visitor(app, **signal)
    page = mia.get()
    mia.see(page)
    now.turn(minutes=1)
    mia.sign_up(page, "mia@x.io")

    assert "Set-Cookie" in page.headers
    assert len(visits(app)) == len(sightings(app)) == 1
    assert [signup.is_converted for signup in signups(app)] == [True]


@pytest.mark.parametrize("is_respected", [True, False])
def test_the_privacy_page_promises_no_more_than_that(app, is_respected):
    start_page(options=Options(respects_signals=is_respected))

    text = words_in(Visitor(app).get("/p/larder/privacy"))

    assert ("sends Global Privacy Control" in text) is is_respected
