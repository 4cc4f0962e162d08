-- Earlier treatments, one per person and treatment: the row with the most trials, then the first.
-- A procedure on or after the day of the first infusion was no earlier one.
create table omop.treatments as
with infused as (
    select
        person,
        min(infusion_day) as first_day
    from omop.infusions
    group by person
),

given as (
    select
        unit,
        source_row,
        person,
        code,
        value as trials,
        false as later
    from omop.readings
    where means = 'prior_treatment'
    union all
    select
        'procedure_occurrence' as unit,
        procedures.source_row,
        omop.key(procedures.person_id) as person,
        treatments.code,
        null as trials,
        coalesce(
            coalesce(
                omop.day(procedures.procedure_date), omop.day(procedures.procedure_datetime)
            ) >= infused.first_day,
            false
        ) as later
    from omop.procedure_occurrence as procedures
    inner join omop.treatment_concepts as treatments on procedures.concept = treatments.concept
    left join infused
        on omop.key(procedures.person_id) = infused.person
)

select
    *,
    row_number() over (
        partition by later, person, code
        order by try_cast(trials as double) desc nulls last, unit asc, source_row asc
    ) as place
from given;

insert into mapped.prior_treatments by name
select
    person as patient_key,
    code as treatment,
    trials,
    unit,
    source_row as item,
    unit as file,
    source_row
from omop.treatments
where not later and place = 1
order by unit, source_row;

insert into omop.unused
select
    unit,
    source_row as item,
    case
        when later then 'after the first infusion' else 'treatment told by another row'
    end as reason
from omop.treatments
where later or place > 1;
