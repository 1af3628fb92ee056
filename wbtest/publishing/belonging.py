"""What belongs in each field of a rule and of a variant. Pure."""

from wbtest.helping.belonging import Belongs

RULE = {
    "who": Belongs(
        "The people who will stand before the page. Only these can prove or disprove it.",
        "Internet users",
        "parents from our newsletter who cook on weeknights",
    ),
    "does": Belongs(
        "One thing that they do on the page. What somebody says costs them nothing.",
        "like the idea",
        "leave their e-mail after reading the price",
    ),
    "target": Belongs(
        "The share with which you would build it. Take it from what the business needs, below.",
        "as many as possible",
        "8 %, for 400 customers out of 10,000 people who come",
    ),
    "floor": Belongs(
        "Below this share you stop. Between floor and target there may be another draft in it.",
        "0 %",
        "3 %, for then each customer costs more than they pay",
    ),
    "daily": Belongs(
        "How many will come on an ordinary day, by what you have seen so far.",
        "1,000, once we go viral",
        "60, as many as opened our last three letters",
    ),
    "planned_variants": Belongs(
        "How many pages chance shall choose among. Each one more takes longer to tell apart."
    ),
    "ends_on": Belongs(
        "The day on which it is over whatever the figures say. Whole weeks are fairest."
    ),
    "customers": Belongs("How many must pay so that it is worth building, in the first year."),
    "customers_from": Belongs(
        "The reckoning behind it.", "Gut feeling", "Two salaries ÷ £4 a month"
    ),
    "reachable": Belongs("How many you can bring to the page in that time, and pay for."),
    "reachable_from": Belongs(
        "What you take it from.", "The whole market", "4,100 readers of our newsletter"
    ),
    "buy": Belongs("How many of a hundred who sign up will pay in the end. Guess low."),
    "buy_from": Belongs(
        "What you take it from.", "Everybody who signs up", "Our last launch: 11 of 52 paid"
    ),
    "if_met": Belongs(
        "What you do on the next day. Write it so that somebody could see whether you did.",
        "Celebrate",
        "We build the photo plan; no other feature in May",
    ),
    "if_not_met": Belongs(
        "What you let go of. Written now it is easier to keep.",
        "Think about it",
        "We stop, and tell those who signed up",
    ),
    "if_unclear": Belongs(
        "What you do when too few came or the figures lie between.",
        "Wait a bit longer",
        "One more week with the second newsletter, then stop",
    ),
    "slug": Belongs(
        "The end of the address that strangers see. Every test of this idea runs there, so "
        "name the idea, not the test.",
        "falcon-test-2-final",
        "larder",
    ),
    "minimum_visitors": Belongs(
        "Before so many were there nothing is called, whatever the figures look like."
    ),
    "maximum_visitors": Belongs("With so many it ends, so that nobody waits for a lucky week."),
    "minimum_days": Belongs("Weekdays differ. Seven days hold each of them once."),
    "sources": Belongs(
        "Where those come from who can become customers. Friends and your own team cannot.",
        "facebook, my-mum",
        "newsletter, school-forum",
    ),
    "conversion": Belongs(
        "The more it costs people, the more it says, and the fewer do it. Set the target for it."
    ),
    "conversion_window_hours": Belongs("Whoever comes back later than this does not count."),
    "disclosure": Belongs(
        "Before is more honest, after is closer to a shop. They learn it in any case."
    ),
    "asks_name": Belongs("Each field more costs some sign-ups. Ask only for what you will use."),
    "alpha": Belongs("How often a page that is not good enough may be called a go. 5 % is usual."),
    "beta": Belongs("How often a good page may be called not met. 5 % is usual."),
    "lost_beacons": Belongs(
        "Some browsers report nothing. With many such pages the rate says little."
    ),
    "time_zone": Belongs("Where your visitors’ days begin and end."),
}
VARIANT = {
    "name": Belongs(
        "What you will call it in the results: the thought, not a number.",
        "Variant B",
        "From your own fridge",
    ),
    "weight": Belongs("How often chance chooses it, beside the others. 1 for all is quickest."),
    "layout": Belongs("How the same words stand on the page."),
    "headline": Belongs(
        "One other thought, so that the figures can say which one draws people.",
        "The same with an exclamation mark",
        "Half as much food in the bin",
    ),
    "subheading": Belongs(
        "For whom it is and what they get, as it follows from this headline.",
        "The best app for everyone",
        "Parents who cook on weeknights waste half as much.",
    ),
    "cta_text": Belongs(
        "What to do, and what one gets for it.", "Available now", "Take one photo of your fridge."
    ),
    "cta_label": Belongs("A verb and what one gets.", "Submit", "Plan my dinners"),
    "price": Belongs(
        "Another price is another offer: test it alone, with the same words.",
        "Cheap",
        "£6 a month",
    ),
    "body": Belongs(
        "Another way to tell it, if the order of problem and solution is what you doubt."
    ),
    "order": Belongs("What stands first is read by most. The headline always does."),
    "hero_alt": Belongs(
        "What one would see, for those who cannot.",
        "picture1",
        "A full fridge, seen from the front",
    ),
}
