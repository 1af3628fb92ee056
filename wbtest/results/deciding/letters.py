"""The mails about a second signature: who is asked for it, and whose proposal came to nothing."""

from wbtest.delivery.outbox import queue_mail
from wbtest.results.deciding.models import Paper
from wbtest.results.deciding.seconds import beside_of, seconds_for
from wbtest.runtime import runtime
from wbtest.team.models import Person


def ask_for_second(paper: Paper) -> None:
    """Queue a mail to everybody who may second a paper; joins the open transaction."""
    experiment = paper.experiment
    base_url = runtime().settings.base_url
    product = experiment.revision.document["product"]
    beside = f" {said}" if (said := beside_of(paper)) else ""
    body = (
        f"{paper.person.name} wants to {paper.choice}, and the sealed rule does not say so.\n\n"
        f"“{paper.reason}”\n\n"
        f"{paper.memo['figures']['why']}{beside}\n\n"
        "Such a decision stands once a second person signs it. Read what it rests on, and sign "
        f"it or talk:\n{base_url}/experiments/{experiment.id}/decision\n"
    )
    for person in seconds_for(paper.person_id):
        queue_mail(
            recipient=person.email,
            subject=f"{product}: a decision waits for your signature",
            body=body,
        )


def tell_overtaken(paper: Paper, by: Paper) -> None:
    """Queue a mail to who signed a paper that gave way to the decision ``by``; joins the open
    transaction.
    """
    experiment = paper.experiment
    base_url = runtime().settings.base_url
    decided = f"{by.person.name} decided {by.choice}"
    queue_mail(
        recipient=paper.person.email,
        subject=f"{experiment.revision.document['product']}: {decided}",
        body=(
            f"You wanted to {paper.choice}, and it waited for a second person:\n\n"
            f"“{paper.reason}”\n\n"
            f"{decided} meanwhile, so yours waits no more:\n\n“{by.reason}”\n\n"
            "Read the memo. If you see it otherwise, talk, or decide anew:\n"
            f"{base_url}/experiments/{experiment.id}/memo/{by.stands_as}\n"
        ),
    )


def tell_turned_down(paper: Paper, by: Person) -> None:
    """Queue a mail to who signed a paper that ``by`` turned down; joins the open transaction."""
    experiment = paper.experiment
    base_url = runtime().settings.base_url
    queue_mail(
        recipient=paper.person.email,
        subject=f"{experiment.revision.document['product']}: {by.name} turned your decision down",
        body=(
            f"You wanted to {paper.choice}, and {by.name} does not sign it:\n\n"
            f"“{paper.reason}”\n\n{_why(paper, by)}"
            f"So nothing is decided. Talk to {by.name}, then decide anew:\n"
            f"{base_url}/experiments/{experiment.id}/decision\n"
        ),
    )


def _why(paper: Paper, by: Person) -> str:
    return f"{by.name} says why:\n\n“{paper.answer}”\n\n" if paper.answer else ""
