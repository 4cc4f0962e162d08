-- One row per table_name.
-- rows: accepted rows of each table of the records.
select
    'patients' as table_name,
    count(*) as rows
from staging.patients
union all
select
    'visits' as table_name,
    count(*) as rows
from staging.visits
union all
select
    'infusions' as table_name,
    count(*) as rows
from staging.infusions
union all
select
    'diagnoses' as table_name,
    count(*) as rows
from staging.diagnoses
union all
select
    'scores' as table_name,
    count(*) as rows
from staging.scores
union all
select
    'vital_signs' as table_name,
    count(*) as rows
from staging.vital_signs
union all
select
    'adverse_events' as table_name,
    cast(coalesce(sum(events), 0) as bigint) as rows
from staging.adverse_events
union all
select
    'prior_treatments' as table_name,
    count(*) as rows
from staging.prior_treatments
