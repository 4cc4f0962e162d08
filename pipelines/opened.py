"""A practice that is open: its build, its names, and the courses that a question counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from pipelines import warehouse
from pipelines.asking import FILTERS, asked, check, check_annotations, known, listing
from pipelines.definitions import Definitions
from pipelines.estimates import Question
from pipelines.estimates.basis import Basis, Begun, basis
from pipelines.estimates.flow import Passing
from pipelines.estimates.followed import Followed
from pipelines.estimates.result import Population, Provenance
from pipelines.estimates.safety import Infusions
from pipelines.estimates.tallies import Tally, tallies
from pipelines.intake.annotations import Annotations, annotations
from pipelines.warehouse import Build

COLUMNS = (
    "course_key", "patient_key", "measure", "status", "instrument", "category", "subtype",
    "clinic_key", "clinician_key", "sex", "age_band", "region", "is_first_course", "start_month",
    "start_year", "course_number", "baseline", "final", "severity",
)  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """One practice's build and the definitions that it was made with."""

    folder: Path
    build: Build
    definitions: Definitions = field(repr=False)

    @property
    def measures(self) -> list[str]:
        """Return the measures in their order."""
        return self.definitions["measure_labels"].sort("sort_order")["measure"].to_list()

    @property
    def windows(self) -> list[str]:
        """Return the windows in their order."""
        ordered = self.definitions["windows"].sort("sort_order")
        return ordered["window"].unique(maintain_order=True).to_list()

    @property
    def default_window(self) -> str:
        """Return post_induction, or in a study without it its first window."""
        return "post_induction" if "post_induction" in self.windows else self.windows[0]

    @property
    def clinicians_compared(self) -> bool:
        """Return whether this practice compares clinicians, by their keys."""
        return bool(self.definitions.setting("clinicians_compared"))

    def values(self, column: str) -> list[str]:
        """Return what a filter column holds in the build, in its order."""
        known("filter", column, FILTERS)
        found = set(self._all_courses()[column].drop_nulls().to_list())
        labels = self.definitions["labels"].filter(pl.col("list") == column).sort("sort_order")
        ordered = [code for code in labels["code"].to_list() if code in found]
        return ordered + sorted(found - set(ordered))

    def months(self) -> list[date]:
        """Return the months in which courses began; none in a study of relative days."""
        return self._all_courses()["start_month"].drop_nulls().unique().sort().to_list()

    def annotations(self) -> Annotations:
        """Return the practice's events, targets and rebases, as they stand in its folder now.

        Raises InputError for a wrong cell, and for a clinic, category or measure that is not known.
        """
        noted = annotations(self.folder)
        check_annotations(noted, self)
        return noted

    def clinicians(self) -> list[str]:
        """Return the keys of the clinicians of courses, where this practice compares them."""
        if not self.clinicians_compared:
            return []
        found = warehouse.distinct(self.build.path, "marts.response_courses", ["clinician_key"])
        return found["clinician_key"].drop_nulls().sort().to_list()

    def event_terms(self) -> list[str]:
        """Return the terms of the adverse events of infusions."""
        found = warehouse.distinct(self.build.path, "marts.infusion_events", ["term"])
        return found["term"].sort().to_list()

    @cached_property
    def basis(self) -> Basis:
        """Return the first courses that rates of any question are counted from, unfiltered."""
        return basis(
            self._every_window,
            self.default_window,
            self.build.data_through,
            self.definitions,
            self._tallies,
            self.folder,
            self._begun,
        )

    def _every_window(self) -> Iterator[tuple[str, pl.DataFrame]]:
        ladder = self.definitions["release_ladder"]
        named = [self.default_window, *ladder["window"].drop_nulls().unique(maintain_order=True)]
        for window in dict.fromkeys(named):
            if window in self.windows:
                courses = warehouse.window_courses(self.build.path, window)
                yield window, courses.select(COLUMNS)

    def _begun(self) -> Begun:
        if self.build.data_through is None:
            return Begun()
        days = warehouse.distinct(self.build.path, "core.courses", ["first_infusion"])
        judged = warehouse.distinct(
            self.build.path, "marts.response_courses", ["category", "window", "instrument"]
        )
        by = judged.drop_nulls().group_by("category", "window").agg("instrument").rows()
        return Begun(
            days["first_infusion"].to_list(),
            {(category, window): frozenset(named) for category, window, named in by},
        )

    def _tallies(self) -> tuple[Tally, ...]:
        marts = ("infusion_events", "infusion_safety", "visit_flow")
        events, infusions, visits = (
            warehouse.whole_table(self.build.path, f"marts.{name}") for name in marts
        )
        return tallies(events, infusions, visits)

    @property
    def provenance(self) -> Provenance:
        """Return the build that numbers come from."""
        build = self.build
        return Provenance(build.id, build.calendar, build.data_from, build.data_through)

    def _question(
        self,
        by: Sequence[str],
        measure: str,
        window: str | None,
        population: Population,
        where: Mapping[str, Sequence[str]] | None,
        start_from: date | None,
        start_to: date | None,
    ) -> Question:
        question = Question(
            measure=measure,
            window=window or self.default_window,
            population=population,
            by=listing("by", by),
            where={name: listing(name, values) for name, values in (where or {}).items() if values},
            start_from=start_from,
            start_to=start_to,
        )
        check(question, self)
        return question

    def _all_courses(self) -> pl.DataFrame:
        return warehouse.distinct(
            self.build.path, "marts.response_courses", [*FILTERS, "start_month"]
        )

    def _courses(self, question: Question) -> pl.DataFrame:
        """Return the courses that a question counts: one row per course and measure."""
        courses = warehouse.window_courses(self.build.path, question.window).select(COLUMNS)
        return asked(courses, question)

    def _followed(self, question: Question) -> Followed:
        """Return the courses that a question counts, followed over time."""
        names = ("followed_courses", "score_days", "infusion_days", "followed_windows")
        courses, *others = [
            warehouse.whole_table(self.build.path, f"marts.{name}") for name in names
        ]
        counted = asked(courses, question)
        return Followed(
            counted, *[frame.join(counted, on="course_key", how="semi") for frame in others]
        )

    def _infusions(self, question: Question) -> Infusions:
        """Return the infusions that a question counts; its period is that of the infusion."""
        events, signs, excursions = (
            warehouse.whole_table(self.build.path, f"marts.infusion_{name}")
            for name in ("events", "signs", "excursions")
        )
        watched = self._by_month("watched_courses", question)
        infusions = self._by_month("infusion_safety", question)
        return Infusions(infusions, events, signs, excursions, watched)

    def _passing(self, question: Question) -> Passing:
        """Return the visits, courses and waits that a question counts, each by its own month."""
        courses = warehouse.whole_table(self.build.path, "marts.course_flow")
        every = replace(question, population="all_courses")
        return Passing(
            self._by_month("visit_flow", question),
            asked(courses, every),
            self._by_month("waits", question),
            warehouse.whole_table(self.build.path, "marts.maintenance"),
            self._courses(question).filter(pl.col("measure") == "response"),
        )

    def _by_month(self, mart: str, question: Question) -> pl.DataFrame:
        """Return the rows of a mart under a question's filters, its period by the mart's month."""
        rows = warehouse.whole_table(self.build.path, f"marts.{mart}")
        every = replace(question, population="all_courses")
        return asked(rows.rename({"month": "start_month"}), every).rename({"start_month": "month"})
