-- Earlier treatments: told with a number of trials, or procedures before the first infusion.
create table fhir.treatment as
with first_days as (
    select
        infusion.patient,
        min(infusion.day) as day
    from fhir.infusion as infusion
    group by infusion.patient
),

procedures as (
    select
        procedure.item,
        procedure.patient,
        left(procedure.performed, 10) as day,
        fhir.value_for(lookup.meanings, procedure.codings, 'prior_treatment') as treatment,
        fhir.value_for(lookup.meanings, procedure.codings, 'infusion_procedure') as infusion,
        statuses.becomes,
        statuses.reason
    from fhir.procedure as procedure
    cross join fhir.lookup as lookup
    left join definitions.fhir_statuses as statuses
        on statuses.resource = 'Procedure' and procedure.status = statuses.status
),

told as (
    select
        'Observation' as unit,
        observation.item,
        observation.patient,
        observation.means as treatment,
        observation.number as trials,
        null as reason
    from fhir.observation as observation
    where observation.use = 'prior_treatment' and observation.reason is null
    union all
    select
        'Procedure' as unit,
        procedures.item,
        procedures.patient,
        procedures.treatment,
        null as trials,
        case
            when procedures.treatment is null and procedures.infusion is null
                then 'code not used'
            when procedures.becomes is null
                then coalesce(procedures.reason, 'status not known')
            when procedures.treatment is null then 'marks its visit as an infusion'
            when procedures.day > first_days.day then 'after the first infusion'
        end as reason
    from procedures
    left join first_days on procedures.patient = first_days.patient
)

select
    told.unit,
    told.item,
    told.patient,
    told.treatment,
    told.trials,
    coalesce(
        told.reason,
        case
            when
                row_number() over (
                    partition by told.patient, told.treatment, told.reason is null
                    order by told.unit, told.item
                ) > 1
                then 'treatment told already'
        end
    ) as reason
from told;

insert into mapped.prior_treatments by name
select
    treatment.patient as patient_key,
    treatment.treatment,
    treatment.trials,
    treatment.unit,
    treatment.item,
    files.label as file,
    fhir.row_of(treatment.item) as source_row
from fhir.treatment as treatment
inner join fhir.files as files on fhir.file_of(treatment.item) = files.file
where treatment.reason is null;

insert into mapped.left_out
select
    treatment.unit,
    treatment.reason,
    count(*) as rows
from fhir.treatment as treatment
where treatment.reason is not null
group by treatment.unit, treatment.reason;
