"""The mails about a second signature: who is asked for it, and who did not get it."""

from flask import current_app

from wbtest.delivery.outbox import queue_mail
from wbtest.results.deciding.models import Paper
from wbtest.results.deciding.seconds import seconds_for
from wbtest.team.models import Person


def ask_for_second(paper: Paper) -> None:
    """Queue a mail to everybody who may second a paper; joins the open transaction."""
    experiment = paper.experiment
    base_url = current_app.extensions["wbtest.settings"].base_url
    product = experiment.revision.document["product"]
    body = (
        f"{paper.person.name} wants to {paper.choice}, and the sealed rule does not say so.\n\n"
        f"“{paper.reason}”\n\n"
        f"{paper.memo['figures']['why']}\n\n"
        "Such a decision stands once a second person signs it. Read what it rests on, and sign "
        f"it or talk:\n{base_url}/experiments/{experiment.id}/decision\n"
    )
    for person in seconds_for(experiment.workspace, paper.person_id):
        queue_mail(
            recipient=person.email,
            subject=f"{product}: a decision waits for your signature",
            body=body,
            workspace_id=experiment.workspace_id,
        )


def tell_turned_down(paper: Paper, by: Person) -> None:
    """Queue a mail to who signed a paper that ``by`` turned down; joins the open transaction."""
    experiment = paper.experiment
    base_url = current_app.extensions["wbtest.settings"].base_url
    queue_mail(
        recipient=paper.person.email,
        subject=f"{experiment.revision.document['product']}: {by.name} turned your decision down",
        body=(
            f"You wanted to {paper.choice}, and {by.name} does not sign it:\n\n"
            f"“{paper.reason}”\n\n"
            f"So nothing is decided. Talk to {by.name}, then decide anew:\n"
            f"{base_url}/experiments/{experiment.id}/decision\n"
        ),
        workspace_id=experiment.workspace_id,
    )
