-- Items whose patient and id stand in an earlier item of their type; hashes leave few to compare.
create or replace table fhir.repeated as
with hashed as (
    select
        identified.item,
        identified.patient,
        identified.id,
        hash(identified.patient, identified.id) as hashed
    from main.identified as identified
    where identified.id is not null
),

doubled as (
    select hashed.hashed
    from hashed
    group by hashed.hashed
    having count(*) > 1
),

ranked as (
    select
        hashed.item,
        row_number() over (
            partition by hashed.patient, hashed.id
            order by hashed.item
        ) as rank
    from hashed
    inner join doubled on hashed.hashed = doubled.hashed
)

select ranked.item
from ranked
where ranked.rank > 1;
