"""The FHIR R4 resources that the measure reads, no more of each than it asks for.

Names, addresses, notes and everything else of a resource is left unread.
"""

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator
from pydantic.alias_generators import to_camel

from pipelines.cms159.moments import MAXIMUM, UNKNOWN, Moment, Span, parsed

Code = tuple[str | None, str]  # system, code; a FHIR status has no system
FhirDate = Annotated[Moment, PlainValidator(parsed)]


class Part(BaseModel):
    """A part of a resource: what is not declared is not read."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class Coding(Part):
    """A code and its system."""

    system: str | None = None
    code: str | None = None


class Concept(Part):
    """A CodeableConcept."""

    coding: tuple[Coding, ...] = ()


class Period(Part):
    """A Period; as in CQL an unwritten start is unknown, an unwritten end open."""

    start: FhirDate | None = None
    end: FhirDate | None = None

    @property
    def span(self) -> Span:
        """Return the period as a span."""
        return Span(self.start or UNKNOWN, self.end or MAXIMUM)


class Quantity(Part):
    """A number with its unit."""

    value: Decimal | None = None
    unit: str | None = None
    code: str | None = None


class Age(Quantity):
    """An age, in the unit that it is written with; a number beyond any life is refused."""

    value: Annotated[Decimal, Field(ge=0, le=50_000)] | None = None


class Ages(Part):
    """A Range of ages."""

    low: Age | None = None
    high: Age | None = None


class Reference(Part):
    """A reference to another resource."""

    reference: str | None = None

    @property
    def id(self) -> str | None:
        """Return the id that it ends in, from a relative, absolute or urn:uuid reference."""
        path = (self.reference or "").split("/_history/")[0].replace(":", "/")
        return path.rsplit("/", 1)[-1] or None


class Resource(Part):
    """What the resources about a patient have in common."""

    kind: ClassVar[str]
    id: str | None = None
    subject: Reference = Reference()
    status: str | None = None

    @property
    def codes(self) -> frozenset[Code]:
        """Return the codes of what it is."""
        return frozenset()

    @property
    def statuses(self) -> frozenset[Code]:
        """Return the status, which has no system."""
        return frozenset([(None, self.status)]) if self.status else frozenset()

    @property
    def also(self) -> frozenset[Code]:
        """Return the intent of an order, the verification of a condition."""
        return frozenset()

    @property
    def answers(self) -> frozenset[Code]:
        """Return a coded answer, or how an encounter ended."""
        return frozenset()

    @property
    def negated(self) -> bool:
        """Return whether it says that something shall not be done."""
        return False


class Patient(Part):
    """A patient: id, birth and death; never a name."""

    kind: ClassVar[str] = "Patient"
    id: Annotated[str, Field(min_length=1)]
    birth_date: FhirDate | None = None
    deceased_date_time: FhirDate | None = None


def coded(*concepts: Concept | None) -> frozenset[Code]:
    """Return the codes of some concepts."""
    return frozenset(
        (coding.system, coding.code)
        for concept in concepts
        if concept
        for coding in concept.coding
        if coding.code
    )


def point(moment: Moment | None) -> Span:
    """Return a moment as a span; unknown where there is none."""
    return Span(moment or UNKNOWN, moment or UNKNOWN)
