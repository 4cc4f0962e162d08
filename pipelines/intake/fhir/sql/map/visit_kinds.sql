-- Visits with what they were for: an infusion, what their codes say, a consultation if it is the
-- patient's first, else a follow-up. One whose appointment was missed was missed itself.
insert into mapped.visits by name
with marked as (
    select distinct procedure.patient || '|' || procedure.encounter as visit_key
    from fhir.procedure as procedure
    cross join fhir.lookup as lookup
    where
        procedure.status = 'completed'
        and fhir.value_for(lookup.meanings, procedure.codings, 'infusion_procedure') is not null
),

ranked as (
    select
        visit.visit_key,
        row_number() over (
            partition by visit.patient
            order by visit.day, visit.item
        ) as rank
    from fhir.visit as visit
    where visit.status = 'completed'
),

missed as (
    select
        appointment.patient,
        appointment.id,
        min(statuses.becomes) as status
    from fhir.appointment as appointment
    inner join definitions.fhir_statuses as statuses
        on statuses.resource = 'Appointment' and appointment.status = statuses.status
    group by appointment.patient, appointment.id
)

select
    visit.visit_key,
    visit.patient as patient_key,
    visit.clinic as clinic_key,
    visit.day as visit_date,
    visit.unit,
    visit.item,
    files.label as file,
    fhir.row_of(visit.item) as source_row,
    case
        when infused.visit_key is not null or marked.visit_key is not null then 'infusion'
        when visit.kind is not null then visit.kind
        when ranked.rank = 1 then 'consultation'
        else 'follow_up'
    end as visit_kind,
    case
        when visit.status = 'cancelled' then coalesce(missed.status, visit.status)
        else visit.status
    end as visit_status,
    case
        when fhir.minutes_between(visit.started, visit.ended) between 0 and 1440
            then fhir.minutes_between(visit.started, visit.ended)
    end as chair_minutes
from fhir.visit as visit
inner join fhir.files as files on fhir.file_of(visit.item) = files.file
left join fhir.infused_visit as infused on visit.visit_key = infused.visit_key
left join marked on visit.visit_key = marked.visit_key
left join ranked on visit.visit_key = ranked.visit_key
left join missed
    on visit.patient = missed.patient and visit.appointment = missed.id;
