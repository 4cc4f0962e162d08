-- Appointments that were missed or called off; the others are counted by their encounters or are
-- still to come.
create table fhir.booked as
select
    appointment.item,
    appointment.id,
    appointment.patient,
    appointment.clinic,
    left(appointment.started, 10) as day,
    fhir.value_for(lookup.meanings, appointment.kinds, 'visit_kind') as kind,
    case
        when statuses.becomes = 'cancelled'
            then coalesce(
                fhir.value_for(lookup.meanings, appointment.cancelation, 'visit_status'),
                statuses.becomes
            )
        else statuses.becomes
    end as status,
    case
        when statuses.becomes is null then coalesce(statuses.reason, 'status not known')
        when visit.visit_key is not null then 'its encounter is the visit'
    end as reason
from fhir.appointment as appointment
cross join fhir.lookup as lookup
left join definitions.fhir_statuses as statuses
    on statuses.resource = 'Appointment' and appointment.status = statuses.status
left join (
    select
        visit.patient,
        visit.appointment,
        min(visit.visit_key) as visit_key
    from fhir.visit as visit
    where visit.appointment is not null
    group by visit.patient, visit.appointment
) as visit
    on appointment.patient = visit.patient and appointment.id = visit.appointment;

insert into mapped.left_out
select
    'Appointment' as unit,
    booked.reason,
    count(*) as rows
from fhir.booked as booked
where booked.reason is not null
group by booked.reason;

insert into mapped.visits by name
select
    booked.patient || '|appointment|' || booked.id as visit_key,
    booked.patient as patient_key,
    coalesce(booked.clinic, clinics.clinic, sole.clinic) as clinic_key,
    booked.day as visit_date,
    coalesce(booked.kind, 'follow_up') as visit_kind,
    booked.status as visit_status,
    'Appointment' as unit,
    booked.item,
    files.label as file,
    fhir.row_of(booked.item) as source_row
from fhir.booked as booked
cross join fhir.sole_clinic as sole
inner join fhir.files as files on fhir.file_of(booked.item) = files.file
left join fhir.patient_clinic as clinics on booked.patient = clinics.patient
where booked.reason is null;
