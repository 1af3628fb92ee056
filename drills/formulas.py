"""Sign-ups that are formulas, as LibreOffice opens their files: none of them runs."""

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from drills import place as places
from drills.outcome import Broken, Drill, Found, NotPossible
from drills.owner import Owner
from drills.place import Place
from drills.server import serving
from wbtest import create_app
from wbtest.audience.models import Signup
from wbtest.config import from_environment
from wbtest.downloads import undefused
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.store import writing

TYPED = (
    *(
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        '"=1',
        ";=1",
        "\uff1d1+1",
        "%1",
        "|1",
    ),
    *("a;=1+1;b", "a\t=1+1\tb", "a\n=1+1\nb", "a\r\n=1+1\r\nb", 'a";=1+1;"b', "a; =1+1", "'=1+1"),
    *('=HYPERLINK("http://127.0.0.9/")', '=WEBSERVICE("http://127.0.0.9/")', "=cmd|' /C calc'!A0"),
)
# As its dialog names them by number, and all three, as it proposes.
SEPARATORS = {"comma": "44", "semicolon": "59", "tab": "9", "all three": "44/59/9"}
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
CELL, FORMULA = f"{TABLE}table-cell", f"{TABLE}formula"
SECONDS = 120


def open_files(folder: Path) -> Found:
    """Store formulas as sign-ups, download them, and open the files with every separator."""
    office = shutil.which("soffice")
    if office is None:
        raise NotPossible("apt install --no-install-recommends libreoffice-calc")
    place = places.make(folder / "instance")
    _sign_up(place)
    files, records = _files(place)
    unguarded = "".join(_row([f"{n}@example.com", typed]) for n, typed in enumerate(TYPED))
    run_there = {name: len(_formulas(office, folder, unguarded, name)) for name in SEPARATORS}
    if not all(run_there.values()):
        raise Broken(
            f"of a file that guards nothing LibreOffice ran {run_there}: this shows nothing"
        )
    failures = [
        f"{file} with {name}: {formula}"
        for file, text in files.items()
        for name in SEPARATORS
        for formula in _formulas(office, folder, text, name)
    ]
    back = csv.DictReader(io.StringIO(files["signups.csv"], newline=""))
    typed = {str(record["email"]): record["name"] for record in records}
    if set(typed.values()) != set(TYPED):
        failures.append("the JSON does not hold what was typed")
    if {undefused(row["email"]): undefused(row["name"]) for row in back} != typed:
        failures.append("the CSV read back does not hold what was typed")
    counts = ", ".join(f"{number} with {name}" for name, number in run_there.items())
    return Found(
        f"{len(TYPED)} people, {len(files)} files, {len(SEPARATORS)} ways to open each: 0 cells "
        f"are formulas; of the same cells unguarded it took {counts} for formulas; the JSON holds "
        "what was typed, and so does the CSV once it is read back",
        failures,
    )


def _sign_up(place: Place) -> None:
    """Store people whose names are formulas, and whose addresses begin like some."""
    app = create_app(
        from_environment({k: v for k, v in place.environ.items() if k.startswith("WBTEST_")})
    )
    with app.app_context():
        experiment = db.session.get_one(Experiment, 1)
        with writing() as session:
            for number, typed in enumerate(TYPED):
                email = f"{'=+-'[number % 3]}{number}@example.com"
                session.add(
                    Signup(
                        experiment_id=experiment.id,
                        email_key=email,
                        email=email,
                        name=typed,
                        phase=experiment.phases[-1].number,
                        variant=experiment.variants[0].key,
                        at_us=number,
                        source="direct",
                        device="phone",
                    )
                )
        db.session.remove()
        db.engine.dispose()


def _row(cells: Sequence[str]) -> str:
    quoted = (cell.replace('"', '""') for cell in cells)
    return ",".join(f'"{cell}"' for cell in quoted) + "\r\n"


def _files(place: Place) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The files for spreadsheets, and what the JSON of the same people holds."""
    with serving(place, workers=1) as server:
        owner = Owner(place.url)
        pages = {
            "signups.csv": "/experiments/1/signups.csv",
            "mailing.csv": "/experiments/1/signups/mailing.csv",
            "audit.csv": "/team/audit.csv",
            "signups.json": "/experiments/1/signups.json",
        }
        answers = {name: owner.get(path) for name, path in pages.items()}
        server.end()
    for name, (status, text) in answers.items():
        if status != 200 or (name != "audit.csv" and "example.com" not in text):
            raise Broken(f"{name}: {status}")
    texts = {name: text for name, (_, text) in answers.items()}
    return texts, json.loads(texts.pop("signups.json"))


def _formulas(office: str, folder: Path, text: str, separator: str) -> list[str]:
    """What LibreOffice calculates in a CSV file that it opens with this separator."""
    file = folder / "opened.csv"
    file.write_bytes(text.encode())
    # By its numbers: quotation marks, UTF-8, from the first line on; a quoted cell may be a number,
    # numbers are looked for, and formulas are calculated.
    how = f"CSV:{SEPARATORS[separator]},34,76,1,,0,false,true,false,false,false,-1,true"
    subprocess.run(  # noqa: S603 - a program that is installed
        [
            office,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *("--headless", f"--infilter={how}", "--convert-to", "fods", "--outdir"),
            *(str(folder), str(file)),
        ],
        capture_output=True,
        timeout=SECONDS,
        check=True,
    )
    made = folder / "opened.fods"
    found = list(_calculated(made))
    made.unlink()
    return found


def _calculated(file: Path) -> Iterator[str]:
    cells = 0
    for _, cell in ElementTree.iterparse(file):  # noqa: S314 - LibreOffice wrote it just now
        if cell.tag != CELL:
            continue
        cells += 1
        if cell.get(FORMULA) is not None:
            yield f"{cell.get(FORMULA)} is {' '.join(''.join(cell.itertext()).split())}"
    if not cells:
        raise Broken(f"LibreOffice found no cell in {file}")


DRILLS = [
    Drill(
        "formulas",
        f"names and addresses that begin as formulas in {len(TYPED)} ways, their CSV files "
        "opened in LibreOffice with commas, semicolons, tabs and all three",
        "no cell is a formula; the JSON holds what was typed, and so does the CSV read back",
        open_files,
        is_patient=True,
    )
]
