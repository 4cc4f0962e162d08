-- One row per batch, table_name, file, source_row, column_name, rule.
-- Rows refused at the door. refused: things of one source row that broke the same rule.
select
    batch,
    table_name,
    file,
    source_row,
    column_name,
    rule,
    count(*) as refused
from records.quarantine
group by batch, table_name, file, source_row, column_name, rule
