-- Scores, each once: where observation and measurement both have one of the same person,
-- instrument, day and value, those of the table that knows more times stay, else the observations.
create table omop.scores as
with counted as (
    select
        *,
        count(taken) filter (where unit = 'observation') over same as observed_times,
        count(taken) filter (where unit = 'measurement') over same as measured_times,
        count(*) filter (where unit = 'observation') over same as observed,
        count(*) filter (where unit = 'measurement') over same as measured
    from omop.readings
    where means = 'instrument'
    window
        same as (
            partition by person, code, reading_day, coalesce(try_cast(value as double), -1)
        )
)

select
    unit,
    source_row,
    person,
    code as instrument,
    reading_day,
    taken,
    value,
    observed > 0
    and measured > 0
    and unit = case
        when measured_times > observed_times then 'observation' else 'measurement'
    end as repeated
from counted;

insert into mapped.scores by name
select
    scores.person as patient_key,
    scores.instrument,
    scores.reading_day as assessed_on,
    case
        when scores.taken < days.started then 'before_infusion'
        when scores.taken <= days.ended then 'during_infusion'
        when scores.taken > days.ended then 'after_infusion'
        else 'unspecified'
    end as timing,
    scores.value as score,
    scores.unit,
    scores.source_row as item,
    scores.unit as file,
    scores.source_row
from omop.scores as scores
left join omop.days as days
    on scores.person = days.person and scores.reading_day = days.event_day
where scores.value is not null and not scores.repeated
order by scores.unit desc, scores.source_row asc;

insert into omop.unused
select
    unit,
    source_row as item,
    case when value is null then 'blank' else 'repeated in the other table' end as reason
from omop.scores
where value is null or repeated;
