"""Flaws of English releases: words that weaken, inflate or promise, and what they leave out."""

from tests.writing.sowing import (
    Flaw,
    Sow,
    adds,
    answers,
    asks,
    asks_nothing_hard,
    sets,
    sets_in,
    together,
)

CHOPPED = (
    "She stops. She looks up. She reads the line. She laughs. She puts it away. She goes home. "
    "She sleeps."
)
ENDLESS = (
    "Whoever has stood in a kitchen late in the evening with a letter in one hand and a telephone "
    "in the other, while the children call from upstairs and the soup boils over on the stove, "
    "knows that nobody in that kitchen is going to read the letter."
)
LEARNED = (
    "Comprehensive multidimensional consolidation of heterogeneous administrative "
    "responsibilities facilitates organisational effectiveness. Institutional stakeholders "
    "consequently experience considerable procedural simplification. Interdepartmental "
    "communication inefficiencies disappear, notwithstanding regulatory complexities."
)
PASSIVE = (
    "The request is received in the morning. It is checked, and an answer is written. "
    "The answer is sent by noon. The result is shown on the wall, and the case is closed."
)
ALL_WE = (
    "We take the request in the morning. We check it and write an answer. We send it by noon. "
    "Our people hang it on the wall. We close the case. The company keeps a copy."
)
BUILT_WITH = (
    "A cluster of containers on Kubernetes reads each event from a message queue. "
    "A vector database holds the embeddings behind two load balancers."
)
SHE = (
    "She used to dread Mondays. Now she looks forward to them, and her family has noticed "
    "how calm she is."
)
NO_FEELING = "I used to enter the list by hand. Now I press the button, and it prints the list."
FIGURES = (
    "I used to spend 6 hours a week on it, now I spend 2, and I save 40 a month. I feel relieved."
)
SLOGAN = "I used to struggle. Now I have a revolutionary, best-in-class solution, and I feel great."
LONG_QUOTE = (
    "I used to come home late and sit in the car for a while before I went in, because I could "
    "not face another evening of it. Now I come in by the front door, put down my bag, kiss the "
    "children and sit down with them at the table, and nobody asks me what is wrong, and I have "
    "begun to sing in the bath again, which my husband says is the only drawback so far."
)
LONG_HEADLINE = (
    "Get back the evenings that you lose each week to the work that nobody ever thanks you for"
)
BULLETS = "- No waiting\n- No forms\n- No queue\n- No fee"
TABLE = "| plan | price |\n| --- | --- |\n| one | low |\n| two | high |"


def _says(sentence: str, part: str = "solution") -> Sow:
    return adds(part, sentence)


def _quotes(text: str) -> Sow:
    return sets_in("customer_quote", text=text)


_LISTED: tuple[tuple[str, str, str, Sow], ...] = (
    ("seven sentences in a paragraph", "A2", CHOPPED, adds("solution", CHOPPED, "\n\n")),
    ("a sentence of 48 words", "A3", ENDLESS, _says(ENDLESS, "problem")),
    ("prose for scholars", "A4", "", sets(solution=LEARNED, problem=LEARNED, alternative=LEARNED)),
    ("nobody does anything", "A5", "", sets(solution=PASSIVE, problem=PASSIVE)),
    ("significantly", "A6", "significantly", _says("It significantly shortens the wait.")),
    ("nearly all", "A6", "Nearly all", _says("Nearly all of them come back.")),
    ("up to", "A6", "up to an hour", _says("They save up to an hour a day.")),
    ("designed to", "A6", "designed to", _says("It is designed to help.")),
    ("might", "A6", "might", _says("It might spare them a trip.")),
    ("revolutionary", "A7", "revolutionary", _says("Our revolutionary platform is here.")),
    ("seamless", "A7", "seamless", _says("It is a seamless experience.", "summary")),
    ("easy without a number", "A7", "It is easy", _says("It is easy.")),
    ("hype in the headline", "A7", "game-changing", sets(headline="A game-changing way to rest")),
    (
        "thrilled to",
        "A8",
        "thrilled to",
        sets_in("company_quote", text="We are thrilled to announce this, because it was needed."),
    ),
    ("unexplained acronym", "A9", "RFQ", _says("The RFQ goes out at once.")),
    ("leverage", "A10", "leverage", _says("They leverage what they have.")),
    ("end-to-end", "A10", "end-to-end", _says("It covers the day end-to-end.", "summary")),
    ("ARR in the summary", "A11", "$2m of ARR", _says("It adds $2m of ARR.", "summary")),
    ("KPI in the problem", "A11", "KPI", _says("It is our first KPI.", "problem")),
    (
        "churn in an answer",
        "A11",
        "our churn",
        answers("external", "difference", "It is kinder, and it lowers our churn."),
    ),
    ("market share", "A11", "market share", _says("It wins market share.", "why_now")),
    (
        "a goal of ours",
        "A11",
        "Our goal is 10,000 users",
        _says("Our goal is 10,000 users by spring.", "why_now"),
    ),
    ("will", "A12", "will save", _says("It will save them an hour.")),
    ("coming soon", "A12", "coming soon", _says("A second version is coming soon.")),
    ("plan to", "A12", "plan to", _says("We plan to open in the north.", "summary")),
    ("TBD in an answer", "A13", "TBD", answers("external", "price", "TBD")),
    ("TODO inside", "A13", "TODO", answers("internal", "pricing", "TODO: ask finance.")),
    ("n %", "A13", "n %", _says("Costs fall by n % in a year.")),
    ("Nov XX", "A13", "Nov XX", _says("It opens on Nov XX.", "summary")),
    ("John Doe", "A13", "John Doe", sets_in("customer_quote", speaker="John Doe")),
    ("ACME", "A13", "ACME", sets_in("company_quote", role="founder, ACME")),
    ("lorem ipsum", "A13", "Lorem ipsum", _says("Lorem ipsum dolor sit amet.", "why_now")),
    (
        "later, to a customer",
        "A14",
        "We'll figure that out later",
        answers("external", "help", "We'll figure that out later."),
    ),
    ("to be decided", "A14", "to be decided", _says("The price is to be decided.", "summary")),
    (
        "later, with no owner",
        "A14",
        "at a later date",
        answers("internal", "key risks", "We look at the risks at a later date."),
    ),
    ("a table", "A15", "| plan | price |", adds("solution", TABLE, "\n\n")),
    ("another spelling", "A16", "{misspelt}", _says("They keep {misspelt} for good.")),
    (
        "a prize of two sizes",
        "A16",
        "$100K",
        together(
            _says("The first winner gets a prize of $50K.", "summary"),
            _says("The first winner gets a prize of $100K.", "why_now"),
        ),
    ),
    ("number from nowhere", "A17", "47", sets(why_now="Rents rose by 47 % last year.")),
    ("we, we, we", "A18", "", sets(solution=ALL_WE, summary=ALL_WE)),
    ("AI-powered", "H3", "AI-powered", sets(headline="AI-powered help for your evening")),
    (
        "another segment",
        "S2",
        "",
        sets(subheading="Dog walkers in the Alps save an hour on each walk."),
    ),
    (
        "users",
        "S3",
        "Users",
        sets(segment="users", subheading="Users save an hour every morning."),
    ),
    ("no benefit", "S4", "", sets(subheading="{product} is here for {segment}.")),
    (
        "vague problem",
        "P2",
        "",
        sets(problem="Life is hard. There is a lot to think of, and that is a pity."),
    ),
    ("architecture", "L1", "Kubernetes", sets(solution=BUILT_WITH)),
    ("nothing changed", "N1", "", sets(why_now="The time is right. People deserve better.")),
    ("only a function", "Q3", "", _quotes(NO_FEELING)),
    ("figures in the quote", "Q4", FIGURES, _quotes(FIGURES)),
    ("slogans in the quote", "Q4", "revolutionary", _quotes(SLOGAN)),
    ("a quote of 77 words", "Q4", LONG_QUOTE, _quotes(LONG_QUOTE)),
    (
        "no price to be seen",
        "C1",
        "",
        sets_in("call_to_action", text="Order at {product}.example.", price=""),
    ),
    (
        "two things to do",
        "C2",
        "",
        sets_in(
            "call_to_action",
            text="Order at shop.example, or call us, or subscribe to our newsletter. Free.",
            price="Free",
        ),
    ),
    (
        "how long without a number",
        "F5",
        "Not long at all.",
        asks("external", "How long does it take to get an answer?", "Not long at all."),
    ),
    ("nothing hard is asked", "F6", "", asks_nothing_hard),
    (
        "softball",
        "F6",
        "Why is {product} so great?",
        asks("internal", "Why is {product} so great?", "People love it."),
    ),
    (
        "name of a project",
        "F7",
        "Project Falcon",
        answers("external", "difference", "It is what Project Falcon was made for."),
    ),
    (
        "name of a colleague",
        "F7",
        "{owner}",
        answers("external", "help", "{owner} is looking at that."),
    ),
)
IN_ENGLISH = tuple(Flaw(name, rule, "en", words, sow) for name, rule, words, sow in _LISTED)
