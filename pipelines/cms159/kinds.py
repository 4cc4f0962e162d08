"""The kinds of resources that may be evidence, each with its codes and its time."""

from decimal import Decimal
from typing import ClassVar

from pipelines.cms159.moments import Span
from pipelines.cms159.resources import (
    Age,
    Ages,
    Code,
    Concept,
    FhirDate,
    Part,
    Period,
    Quantity,
    Resource,
    coded,
    point,
)


class Hospitalization(Part):
    """How a stay ended."""

    discharge_disposition: Concept | None = None


class Encounter(Resource):
    """A visit or a stay."""

    kind: ClassVar[str] = "Encounter"
    type: tuple[Concept, ...] = ()
    period: Period | None = None
    hospitalization: Hospitalization = Hospitalization()

    @property
    def codes(self) -> frozenset[Code]:
        """Return the codes of its types."""
        return coded(*self.type)

    @property
    def answers(self) -> frozenset[Code]:
        """Return where the patient was discharged to."""
        return coded(self.hospitalization.discharge_disposition)

    @property
    def span(self) -> Span:
        """Return its period."""
        return self.period.span if self.period else point(None)


class Condition(Resource):
    """A diagnosis; prevalence.py says when it held."""

    kind: ClassVar[str] = "Condition"
    code: Concept | None = None
    clinical_status: Concept | None = None
    verification_status: Concept | None = None
    onset_date_time: FhirDate | None = None
    onset_period: Period | None = None
    onset_age: Age | None = None
    onset_range: Ages | None = None
    abatement_date_time: FhirDate | None = None
    abatement_period: Period | None = None
    abatement_age: Age | None = None
    abatement_range: Ages | None = None

    @property
    def codes(self) -> frozenset[Code]:
        """Return the codes of the diagnosis."""
        return coded(self.code)

    @property
    def statuses(self) -> frozenset[Code]:
        """Return its clinical status."""
        return coded(self.clinical_status)

    @property
    def also(self) -> frozenset[Code]:
        """Return its verification status."""
        return coded(self.verification_status)


class Observation(Resource):
    """A score or an answer."""

    kind: ClassVar[str] = "Observation"
    code: Concept | None = None
    effective_date_time: FhirDate | None = None
    effective_instant: FhirDate | None = None
    effective_period: Period | None = None
    value_integer: int | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: Concept | None = None

    @property
    def codes(self) -> frozenset[Code]:
        """Return the codes of what was asked."""
        return coded(self.code)

    @property
    def answers(self) -> frozenset[Code]:
        """Return a coded answer."""
        return coded(self.value_codeable_concept)

    @property
    def score(self) -> Decimal | None:
        """Return the number.

        The official logic reads an integer only; exports mostly write the same total as a
        Quantity, so that is read as well.
        """
        if self.value_integer is not None:
            return Decimal(self.value_integer)
        return self.value_quantity.value if self.value_quantity else None

    @property
    def span(self) -> Span:
        """Return when it was observed."""
        if self.effective_period:
            return self.effective_period.span
        return point(self.effective_date_time or self.effective_instant)


class Procedure(Resource):
    """Something done."""

    kind: ClassVar[str] = "Procedure"
    code: Concept | None = None
    performed_date_time: FhirDate | None = None
    performed_period: Period | None = None

    @property
    def codes(self) -> frozenset[Code]:
        """Return the codes of what was done."""
        return coded(self.code)

    @property
    def span(self) -> Span:
        """Return when it was done."""
        if self.performed_period:
            return self.performed_period.span
        return point(self.performed_date_time)


class ServiceRequest(Resource):
    """An order, or the order not to do something."""

    kind: ClassVar[str] = "ServiceRequest"
    code: Concept | None = None
    intent: str | None = None
    do_not_perform: bool = False
    authored_on: FhirDate | None = None

    @property
    def codes(self) -> frozenset[Code]:
        """Return the codes of what is ordered."""
        return coded(self.code)

    @property
    def also(self) -> frozenset[Code]:
        """Return the intent."""
        return frozenset([(None, self.intent)]) if self.intent else frozenset()

    @property
    def negated(self) -> bool:
        """Return whether it orders that something shall not be done."""
        return self.do_not_perform

    @property
    def span(self) -> Span:
        """Return when it was written."""
        return point(self.authored_on)


Evidence = Encounter | Condition | Observation | Procedure | ServiceRequest
KINDS: dict[str, type[Evidence]] = {
    kind.kind: kind for kind in (Encounter, Condition, Observation, Procedure, ServiceRequest)
}
