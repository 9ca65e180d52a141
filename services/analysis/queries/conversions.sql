-- To which campaign each conversion is credited; in the names of `traffic`.
--   $app, $start, $end (UNIX ms, end exclusive); tables traffic, traffic_names, wanted(kind, subject): what fills the funnel's last stage;
--   in braces: the kinds of these
-- One row a name, touch and currency; the row with currency = null holds the count of conversions.

-- A session converts once, with the value of all its events that fill the stage.
with filling as materialized (
    select session, value, currency
    from (select session, kind, value, currency, case kind when 1 then target when 2 then page else name end as subject
          from events where app = $app and kind in ({kinds}) and time >= $start and time < $end)
    semi join wanted using (kind, subject)
),
conversions as materialized (
    select session, visitor, started, name as own from traffic semi join filling using (session)
),

-- The visitor's sessions up to it, the session itself among them.
touches as (
    select conversions.session, own, traffic.name, direct, (traffic.started, traffic.session) as moment
    from conversions join traffic using (visitor)
    where (traffic.started, traffic.session) <= (conversions.started, conversions.session)
),
credited as materialized (
    select
        session,
        arg_min(name, moment) as first_touch,
        coalesce(arg_max(name, moment) filter (not direct), any_value(own)) as last_touch
    from touches
    group by session
),
credits as (
    select session, 'first' as touch, first_touch as name from credited
    union all
    select session, 'last' as touch, last_touch as name from credited
),
worth as (
    select session, coalesce(words.text, '') as currency, sum(value) as value
    from filling left join words on words.id = currency
    where not isnan(value)
    group by all
)

select touch, text, null as currency, count(*)::double as amount
from credits join traffic_names using (name) group by all
union all
select touch, text, currency, sum(value)
from credits join worth using (session) join traffic_names using (name) group by all
order by all
