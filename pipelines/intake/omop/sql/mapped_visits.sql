-- Visits; one without a told kind is an infusion where an agent was given, else the person's first
-- is the consultation and later ones are follow-ups. CDM 5.4 has no visit that did not take place:
-- only concepts of our own tell one.
insert into mapped.visits by name
with ordered as (
    select
        visits.*,
        infusions.visit_key is not null as infused,
        row_number() over (
            partition by visits.person
            order by visits.visit_day nulls last, visits.started nulls last, visits.source_row
        ) as place
    from omop.visits as visits
    left join omop.infusions as infusions on visits.visit_key = infusions.visit_key
)

select
    visit_key,
    person as patient_key,
    clinic_key,
    visit_day as visit_date,
    case
        when given_kind is not null then given_kind
        when infused then 'infusion'
        when place = 1 then 'consultation'
        else 'follow_up'
    end as visit_kind,
    visit_status,
    case
        when cast(started as date) = cast(ended as date) then omop.minutes(started, ended)
    end as chair_minutes,
    'visit_occurrence' as unit,
    source_row as item,
    'visit_occurrence' as file,
    source_row
from ordered
order by source_row;

-- Visits of infusions that the export has no visit for.
insert into mapped.visits by name
select
    visit_key,
    person as patient_key,
    'unknown' as clinic_key,
    infusion_day as visit_date,
    'infusion' as visit_kind,
    'completed' as visit_status,
    'drug_exposure' as unit,
    source_row as item,
    'drug_exposure' as file,
    source_row
from omop.infusions
where made
order by source_row;
