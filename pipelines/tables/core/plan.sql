-- One row per category, subtype, measure, window, instrument.
-- What is asked of each condition: measures on its instruments, in the windows that suit their
-- recall. measure `response` is the headline measure of the instrument. A condition without any
-- instrument has rows with none, so that its courses are counted and shown.
-- is_own: the measure is judged on this instrument whatever speaks for the condition.
with conditions as (
    select
        category,
        subtype
    from definitions.subtypes
    union all
    select
        category,
        null as subtype
    from definitions.categories
),

instruments as (
    select
        conditions.category,
        conditions.subtype,
        headlines.instrument,
        headlines.preference,
        headlines.measure as headline_measure,
        instruments.family
    from conditions
    inner join definitions.headlines as headlines
        on
            conditions.category = headlines.category
            and (headlines.subtype is null or conditions.subtype = headlines.subtype)
    inner join definitions.instruments as instruments
        on headlines.instrument = instruments.instrument
    where
        headlines.subtype is not null
        or not exists (
            select 1
            from definitions.headlines as own
            where own.category = conditions.category and own.subtype = conditions.subtype
        )
),

rules as (
    select
        instruments.*,
        measures.measure,
        measures.rule,
        measures.min_fall_percent,
        measures.max_final_score,
        measures.min_fall_points,
        measures.min_rise_points,
        measures.floor
    from instruments
    inner join definitions.measures as measures
        on
            instruments.instrument = measures.instrument
            and (measures.category is null or instruments.category = measures.category)
    where
        measures.category is not null
        or not exists (
            select 1
            from definitions.measures as own
            where
                own.measure = measures.measure
                and own.instrument = measures.instrument
                and own.category = instruments.category
        )
),

own as (
    select
        conditions.category,
        conditions.subtype,
        own_instruments.instrument,
        1 as preference,
        null as headline_measure,
        instruments.family,
        measures.measure,
        measures.rule,
        measures.min_fall_percent,
        measures.max_final_score,
        measures.min_fall_points,
        measures.min_rise_points,
        measures.floor
    from conditions
    inner join definitions.own_instruments as own_instruments
        on conditions.category = own_instruments.category
    inner join definitions.instruments as instruments
        on own_instruments.instrument = instruments.instrument
    inner join definitions.measures as measures
        on
            own_instruments.measure = measures.measure
            and own_instruments.instrument = measures.instrument
            and measures.category is null
),

named as (
    select
        rules.*,
        rules.measure as name,
        false as is_own
    from rules
    union all
    select
        rules.*,
        'response' as name,
        false as is_own
    from rules
    where rules.measure = rules.headline_measure
    union all
    select
        own.*,
        own.measure as name,
        true as is_own
    from own
),

asked as (
    select
        named.category,
        named.subtype,
        named.name as measure,
        windows.window,
        named.instrument,
        named.is_own,
        named.preference,
        named.rule,
        named.min_fall_percent,
        named.max_final_score,
        named.min_fall_points,
        named.min_rise_points,
        named.floor,
        windows.first_day,
        windows.last_day,
        windows.target_day
    from named
    inner join definitions.windows as windows on named.family = windows.family
),

standing_alone as (
    select
        conditions.category,
        conditions.subtype,
        asked.measure,
        asked.window,
        max(asked.last_day) as last_day
    from conditions
    cross join asked
    where
        not asked.is_own
        and not exists (
            select 1
            from instruments
            where
                instruments.category = conditions.category
                and instruments.subtype is not distinct from conditions.subtype
        )
    group by conditions.category, conditions.subtype, asked.measure, asked.window
)

select
    category,
    subtype,
    measure,
    "window",
    instrument,
    is_own,
    preference,
    rule,
    min_fall_percent,
    max_final_score,
    min_fall_points,
    min_rise_points,
    floor,
    first_day,
    last_day,
    target_day
from asked
union all
select
    category,
    subtype,
    measure,
    "window",
    null as instrument,
    false as is_own,
    null as preference,
    null as rule,
    null as min_fall_percent,
    null as max_final_score,
    null as min_fall_points,
    null as min_rise_points,
    null as floor,
    null as first_day,
    last_day,
    null as target_day
from standing_alone
