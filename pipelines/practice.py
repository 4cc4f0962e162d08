"""A practice opened for questions: its current build, asked in the field's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines import warehouse
from pipelines.asking import VISIT_FILTERS, asked, known, one_condition
from pipelines.definitions import InputError, load
from pipelines.definitions.differences import differences
from pipelines.estimates import Question, Result, response
from pipelines.estimates.adjusted_trajectory import AdjustedTrajectory, adjusted_trajectory
from pipelines.estimates.comparison import Comparison, comparison
from pipelines.estimates.condition import Condition, condition
from pipelines.estimates.durability import Durability, durability
from pipelines.estimates.feedback import feedback
from pipelines.estimates.flow import Flow, flow
from pipelines.estimates.futility import Futility, futility
from pipelines.estimates.judging_points import RULE_SETS, RuleSet
from pipelines.estimates.model_file import model_terms
from pipelines.estimates.privacy import PrivacyReport, privacy
from pipelines.estimates.proposed import Proposal, proposed
from pipelines.estimates.quality import QualityResult, quality
from pipelines.estimates.response_by_infusion import InfusionNumbers, response_by_infusion
from pipelines.estimates.restated import Restatements, restated
from pipelines.estimates.result import Population
from pipelines.estimates.safety import Safety, safety
from pipelines.estimates.trajectory import weekly_scores
from pipelines.estimates.trend import Trend, trend
from pipelines.intake.batches import manifests
from pipelines.opened import COLUMNS, Opened


@dataclass(frozen=True)
class Practice(Opened):
    """One practice's build, asked in the field's words."""

    def response(
        self,
        by: Sequence[str] = ("category",),
        measure: str = "response",
        window: str | None = None,
        population: Population = "first_courses",
        where: Mapping[str, Sequence[str]] | None = None,
        start_from: date | None = None,
        start_to: date | None = None,
    ) -> Result:
        """Return response rates as counted, by the given columns; see `estimates.response`.

        Raises InputError for a name or value that this practice does not have.
        """
        question = self._question(by, measure, window, population, where, start_from, start_to)
        return self._response(question)

    def durability(
        self,
        by: Sequence[str] = ("category",),
        window: str | None = None,
        population: Population = "first_courses",
        where: Mapping[str, Sequence[str]] | None = None,
        start_from: date | None = None,
        start_to: date | None = None,
    ) -> Durability:
        """Return what becomes of those who respond, as counted; see `estimates.durability`.

        `window` is the one whose responders are followed into the later windows. Raises InputError
        as `response` does.
        """
        question = self._question(by, "response", window, population, where, start_from, start_to)
        return durability(self._followed(question), question, self.definitions, self.provenance)

    def response_by_infusion(
        self,
        by: Sequence[str] = ("category",),
        population: Population = "first_courses",
        where: Mapping[str, Sequence[str]] | None = None,
        start_from: date | None = None,
        start_to: date | None = None,
    ) -> InfusionNumbers:
        """Return first response by number of infusions, as counted; see `response_by_infusion`.

        Raises InputError as `response` does.
        """
        question = self._question(by, "response", None, population, where, start_from, start_to)
        return response_by_infusion(
            self._followed(question), question, self.definitions, self.provenance
        )

    def futility(
        self,
        by: Sequence[str] = ("category",),
        window: str | None = None,
        population: Population = "first_courses",
        where: Mapping[str, Sequence[str]] | None = None,
        start_from: date | None = None,
        start_to: date | None = None,
    ) -> Futility:
        """Return response in a window by early improvement, as counted; see `estimates.futility`.

        Raises InputError as `response` does.
        """
        question = self._question(by, "response", window, population, where, start_from, start_to)
        return futility(self._followed(question), question, self.definitions, self.provenance)

    def condition(
        self,
        category: str,
        measure: str = "response",
        window: str | None = None,
        population: Population = "first_courses",
        where: Mapping[str, Sequence[str]] | None = None,
        start_from: date | None = None,
        start_to: date | None = None,
    ) -> Condition:
        """Return all that is asked of one category, as counted; see `estimates.condition`.

        `measure` is that of the response, the distribution and the thirds; what is followed over
        time is response. Raises InputError as `response` does.
        """
        inside = one_condition(category, where)
        question = self._question(
            ("category",), measure, window, population, inside, start_from, start_to
        )
        recoveries = warehouse.whole_table(self.build.path, "marts.recovery_courses")
        return condition(
            category,
            self._response(question),
            self._followed(question),
            warehouse.whole_table(self.build.path, "staging.prior_treatments"),
            asked(recoveries.filter(pl.col("window") == question.window), question),
        )

    def adjusted_trajectory(
        self,
        category: str,
        population: Population = "first_courses",
        where: Mapping[str, Sequence[str]] | None = None,
        start_from: date | None = None,
        start_to: date | None = None,
    ) -> AdjustedTrajectory:
        """Return mean scores by week adjusted for who is still scored; see `adjusted_trajectory`.

        Takes seconds for a thousand courses. Raises InputError as `response` does.
        """
        inside = one_condition(category, where)
        question = self._question(
            ("category",), "response", None, population, inside, start_from, start_to
        )
        instrument, scores = weekly_scores(self._followed(question), self.definitions)
        return adjusted_trajectory(instrument, scores, question, self.definitions, self.provenance)

    def comparison(
        self,
        by: Sequence[str] = ("clinic_key",),
        measure: str = "response",
        window: str | None = None,
        population: Population = "first_courses",
        where: Mapping[str, Sequence[str]] | None = None,
        start_from: date | None = None,
        start_to: date | None = None,
        model: str | Path | None = None,
    ) -> Comparison:
        """Return groups beside each other, as counted; see `estimates.comparison`.

        `model` is a CSV of term, level, coefficient, as `case_mix.terms` of an earlier answer writes
        it; without it the model of expected response is fitted to this practice. Raises InputError
        as `response` does, and for a file that is no such model.
        """
        if not by:
            raise InputError("group: none is named; expected one or more, as clinic_key")
        question = self._question(by, measure, window, population, where, start_from, start_to)
        return comparison(
            self._courses(question),
            warehouse.whole_table(self.build.path, "staging.prior_treatments"),
            question,
            self.definitions,
            self.provenance,
            None if model is None else model_terms(Path(model)),
        )

    def trend(
        self,
        measure: str = "response",
        window: str | None = None,
        population: Population = "first_courses",
        where: Mapping[str, Sequence[str]] | None = None,
        start_from: date | None = None,
        start_to: date | None = None,
        rules: RuleSet = "anhoej",
        *,
        rebased: bool = True,
    ) -> Trend:
        """Return a rate and its follow-up by month, as counted; see `estimates.trend`.

        `rules` is anhoej, nhs (Making Data Count) or nhs_excel; `rebased` False leaves the lines as
        they were before any was begun anew. Raises InputError as `response` does, and for a wrong
        events.csv, targets.csv or rebases.csv.
        """
        known("rules", rules, RULE_SETS)
        question = self._question((), measure, window, population, where, start_from, start_to)
        return trend(
            self._courses(question),
            question,
            self.annotations(),
            self.definitions,
            self.provenance,
            rules,
            self.basis,
            rebased=rebased,
        )

    def safety(
        self,
        where: Mapping[str, Sequence[str]] | None = None,
        start_from: date | None = None,
        start_to: date | None = None,
        rules: RuleSet = "anhoej",
    ) -> Safety:
        """Return the safety of infusions, as counted; see `estimates.safety`.

        `start_from` and `start_to` limit the month of the infusion. Raises InputError as `response`
        does.
        """
        known("rules", rules, RULE_SETS)
        question = self._question((), "response", None, "all_courses", where, start_from, start_to)
        found = self._infusions(question)
        return safety(found, question, self.annotations(), self.definitions, self.provenance, rules)

    def flow(
        self,
        window: str | None = None,
        where: Mapping[str, Sequence[str]] | None = None,
        start_from: date | None = None,
        start_to: date | None = None,
        rules: RuleSet = "anhoej",
    ) -> Flow:
        """Return how smoothly patients pass through, as counted; see `estimates.flow`.

        `window` is that of follow-up. The period is that of the visit, of the start of the course or
        of the first consultation. Filters are by clinic, sex, age and region. Raises InputError as
        `response` does.
        """
        known("rules", rules, RULE_SETS)
        for name in where or {}:
            known("filter", name, VISIT_FILTERS)
        question = self._question(
            (), "response", window, "first_courses", where, start_from, start_to
        )
        return flow(
            self._passing(question),
            question,
            self.annotations(),
            self.definitions,
            self.provenance,
            rules,
        )

    def quality(self) -> QualityResult:
        """Return data quality as counted, with follow-up in the default window."""
        build = self.build
        names = ("rule_results", "rule_months", "follow_up")
        results, months, follow_up = [
            warehouse.whole_table(build.path, f"quality.{name}") for name in names
        ]
        return quality(
            results, months, follow_up, self.default_window, self.definitions, self.provenance
        )

    def feedback(self) -> pl.DataFrame:
        """Return the refused rows for those who make the export: places and rules, no values."""
        refused = warehouse.whole_table(self.build.path, "staging.quarantine")
        return feedback(refused, self.definitions)

    def privacy(self) -> PrivacyReport:
        """Return how well the records of this build hide persons, as counted; see `privacy`."""
        build = self.build
        patients = warehouse.whole_table(build.path, "marts.quasi_identifiers")
        inside = warehouse.whole_table(build.path, "build.batches")["batch"].to_list()
        slides = [batch.slide for batch in manifests(self.folder) if batch.batch in inside]
        return privacy(patients, slides, self.definitions, self.provenance)

    def restatements(self) -> Restatements:
        """Return which published headline rates this build moved, as counted; see `restated`."""
        tables = warehouse.restatement_tables(self.build.path)
        return restated(tables, self.definitions, self.provenance)

    def proposal(self, folder: str | Path) -> Proposal:
        """Return what a folder of overrides would change, as counted; see `estimates.proposed`.

        The folder is what would lie in the practice's `definitions/` in place of what is there now;
        it is compared with the definitions that the build was made with. Nothing is written. Raises
        InputError for a wrong folder, and for definitions that a build would refuse.
        """
        if not Path(folder).is_dir():
            raise InputError(f"definitions '{folder}': no such folder")
        meant = load(Path(folder))
        courses, rules = warehouse.proposed_courses(self.build.path, meant)
        cells = differences(self.definitions.tables, meant.tables)
        return proposed(courses, cells, rules, self.definitions, self.provenance)

    def _response(self, question: Question) -> Result:
        return response(
            self._courses(question), question, self.definitions, self.provenance, self.basis
        )

    def recomputed(self) -> pl.DataFrame:
        """Return the courses that rates are made of, counted again from the build's own records.

        One row per course, measure and window; see `warehouse.recomputed`. Raises InputError where
        the records are no longer those that the build was made of.
        """
        return warehouse.recomputed(self.folder, self.build)


def open_practice(folder: str | Path, build: str | None = None) -> Practice:
    """Return a practice folder's current build, or an older one by its id, ready for questions.

    An older build answers with the definitions that it was made with. Raises InputError where the
    folder has no readable build or not that one, or one of another version of Abate.
    """
    place = Path(folder)
    if not place.is_dir():
        raise InputError(f"practice '{place}': no such folder")
    found = warehouse.current(place) if build is None else warehouse.kept(place, build)
    warehouse.refuse_other_version(found.path, {"marts.response_courses": COLUMNS})
    with warehouse.opened(found.path) as connection:
        definitions = warehouse.definitions_of(connection)
    return Practice(place, found, definitions)
