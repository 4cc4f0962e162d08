-- One row per quarantined row of the export, its column and the rule that it breaks.
create table leaving.quarantined as
select
    table_order,
    table_name,
    file,
    source_row,
    nullif(split_part(broken, ':', 1), '') as column_name,
    split_part(broken, ':', 2) as rule
from main.broken_rows
union all
select
    1000 as table_order,
    unit as table_name,
    file,
    source_row,
    "column" as column_name,
    rule
from mapped.refused;
