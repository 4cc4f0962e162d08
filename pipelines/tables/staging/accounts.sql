-- One row per batch, unit.
-- What became of what was counted: rows of a table of the export, or resources of a type.
select
    batch,
    unit,
    cast(sum(accepted) as bigint) as accepted,
    cast(sum(quarantined) as bigint) as quarantined
from records.accounts
group by batch, unit
