"""What the documentation says of the estimates is what the code holds."""

from __future__ import annotations

import pytest

from fer_core.affect.priors import COMPREHENSION_PRIORS, STRESS_PRIORS, Prior
from fer_core.config import PROJECT_ROOT
from fer_core.learner.can_tell import CLAIMS, as_markdown

METHOD = (PROJECT_ROOT / "docs" / "method.md").read_text(encoding="utf-8")


def test_the_method_has_the_table_that_the_about_page_shows() -> None:
    assert as_markdown() in METHOD


@pytest.mark.parametrize("prior", [*COMPREHENSION_PRIORS, *STRESS_PRIORS])
def test_the_method_has_every_weight_with_its_source(prior: Prior) -> None:
    line = f"| {prior.name} | {prior.mean:+.2f} | {prior.sd:g} | {prior.source} |"
    assert line in METHOD


def test_every_claim_says_on_whom_it_was_measured_and_what_it_means() -> None:
    for claim in CLAIMS:
        assert claim.measured_on
        assert claim.in_words.endswith(".")
