-- One row per Observation. Of one whose code is not used, only the codings are kept, to count it.
-- One of the first four codings may be the one that is used.
create or replace table fhir.arrived as
with coded as (
    select
        incoming.*,
        coalesce(
            fhir.meaning_of(incoming.code.coding[1]),
            fhir.meaning_of(incoming.code.coding[2]),
            fhir.meaning_of(incoming.code.coding[3]),
            fhir.meaning_of(incoming.code.coding[4])
        ) as meaning
    from main.incoming as incoming
)

select
    coded.resourcetype as resource_type,
    coded."abate:item" as given_item,
    case when coded.meaning is null then coded.code.coding end as unused,
    case
        when coded.meaning is not null
            then struct_pack(
                id := coded.id,
                patient := fhir.key_of(coded.subject.reference),
                encounter := fhir.key_of(coded.encounter.reference),
                status := coded.status,
                effective := coalesce(
                    coded.effectivedatetime,
                    coded.effectiveperiod.start,
                    coded.effectiveinstant
                ),
                number := coalesce(
                    coded.valuequantity.value, coded.valueinteger, coded.valuedecimal
                ),
                unit := coalesce(coded.valuequantity.code, coded.valuequantity.unit),
                use := coded.meaning.use,
                means := coded.meaning.value,
                components := coded.component,
                responses := coded.derivedfrom
            )
    end as used
from coded;
