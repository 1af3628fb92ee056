"""Where to look in the demo, in an order that makes sense."""

from wbtest.cli.demo.stage import OWNER, Stage

HERE = "{here}"


def written(stage: Stage, shared: str) -> str:
    """Return what the command prints, with ``HERE`` for the address of the server."""
    larder = stage.releases["larder"]
    decided = stage.experiment("docket-2").id
    places = (
        ("Open first", f"/login?next=/ideas\n{'':17}{OWNER}  {stage.password}"),
        ("A review", f"/releases/{larder}/revisions/5"),
        ("A decision", f"/experiments/{decided}/memo/1"),
        ("What is built", f"/experiments/{decided}/decision#checklist"),
        ("As a visitor", "/p/larder"),
        ("As an outsider", shared),
    )
    return "\n".join(f"  {name:15}{HERE}{path}" for name, path in places)
