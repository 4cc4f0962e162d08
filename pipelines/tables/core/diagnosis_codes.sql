-- One row per icd10cm, only_with_prefix.
-- Each code of the records with the rows of its longest prefix in the diagnosis prefixes.
-- only_with_prefix: empty where the code stands alone. Codes that name no indication are left out.
with codes as (
    select distinct icd10cm
    from staging.diagnoses
),

fitting as (
    select
        codes.icd10cm,
        prefixes.icd10cm_prefix,
        prefixes.indicates,
        prefixes.category,
        prefixes.subtype,
        prefixes.precedence,
        prefixes.family,
        coalesce(prefixes.only_with_prefix, '') as only_with_prefix,
        max(length(prefixes.icd10cm_prefix)) over (partition by codes.icd10cm)
            as longest
    from codes
    inner join definitions.diagnoses as prefixes
        on starts_with(codes.icd10cm, prefixes.icd10cm_prefix)
)

select
    fitting.icd10cm,
    fitting.only_with_prefix,
    fitting.icd10cm_prefix,
    fitting.category,
    fitting.subtype,
    fitting.precedence,
    fitting.family
from fitting
where fitting.indicates and length(fitting.icd10cm_prefix) = fitting.longest
