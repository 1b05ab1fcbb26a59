"""What sentences say where numbers are withheld: nothing of all, of the others or of none of those."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml.html import HtmlElement, document_fromstring

from tests.networks import make_network, network_files, people_files, run_notebook

OF_ALL = {
    "en": r"\b(all|the others?|everybody|everyone|every|none|the rest|only|no other|nobody)\b",
    "nl": r"\b(alle|allemaal|alles|de anderen?|de overigen?|elke|iedere(en)?|geen enkele?|de rest|alleen|niemand)\b",
}
WITHHELD = {"en": "withheld", "nl": "afgeschermd"}
NOT_OF_GROUPS = {
    # what is never shown, in whatever report
    "so that nobody can be recognised",
    "zodat niemand te herkennen is",
    # a legend, and a direction
    "not at all",
    "geen enkele keer",
    "the other way",
    "de andere kant op",
    # of those that are shown, as the sentence says
    "The other differences that are shown",
    "De overige verschillen die we laten zien",
    # people of whom nothing was measured
    "others may have kept more, or less",
}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Companies and people of whom some are few: 2 companies in Friesland, 3 experts, a theme of 1 company."""
    files = network_files()
    issues = files["issues"] + "care1,c3,care,service,result,implemented,2024-02-01,2024-03-01\n"
    outcomes = files["outcomes"] + "care1,care1,2024-06-01,2024-09-01,yes,service\n"
    people = people_files({"NL11": {"student": 12, "teacher": 6, "expert": 3}, "NL12": {"student": 9, "teacher": 2}})
    return make_network(tmp_path_factory.mktemp("few"), issues=issues, outcomes=outcomes, **people)


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize(
    ("notebook", "edition"),
    [
        ("regional_innovation", "funder"),
        ("theme_explorer", "funder"),
        ("learning_effects", "funder"),
        ("learning_effects", "coordinator"),
    ],
)
def test_a_section_that_withholds_a_number_says_nothing_of_all(
    network: Path, notebook: str, edition: str, lang: str
) -> None:
    said: dict[str, list[str]] = {}
    for region in ("NL", "NL12"):
        asked = {"period": "2025-Q4", "region": region, "lang": lang, "edition": edition}
        for section in sections(run_notebook(notebook, workspace=str(network), **asked)):
            if any(text(cell) == WITHHELD[lang] for cell in section.xpath(".//*[@data-part='value']")):
                said[f"{region} {section.attrib['aria-labelledby']}"] = [
                    text(each) for each in section.xpath(".//p | .//figcaption | .//caption | .//th")
                ]
    # where nothing is withheld, nothing was looked at
    assert said
    found = {
        where: sentence
        for where, texts in said.items()
        for sentence in texts
        if re.search(OF_ALL[lang], _but(sentence), re.IGNORECASE)
    }
    assert found == {}


def sections(notebook: object) -> list[HtmlElement]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]  # type: ignore[attr-defined]
    pages = [document_fromstring(f"<html>{output.data['text/html']}") for output in outputs if output.data["text/html"]]
    of_numbers = "//section[contains(@class, 'ppp-section') or contains(@class, 'ppp-headline')]"
    return [section for page in pages for section in page.xpath(of_numbers)]


def text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _but(sentence: str) -> str:
    """The sentence without what speaks of no groups."""
    for allowed in NOT_OF_GROUPS:
        sentence = sentence.replace(allowed, "")
    return sentence
