-- The incoming rows of a file, numbered as in the file: broken rows before them counted in.
create or replace view omop.numbered as
select incoming.* replace (incoming.source_row + coalesce(shifts.shift, 0) as source_row)
from omop.incoming as incoming
asof left join omop.shifts as shifts
    on incoming.source_row > shifts.good_before;
