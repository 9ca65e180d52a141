-- The bench's retention as plain SQL, by day: what the report is measured against.
--   $start, $end; table chosen

-- The visitors whose first session of all began in the period are its cohorts; who was there before is in none.
with newcomers as (
    select visitor, min(started) as first_started
    from chosen
    group by visitor
    having first_started >= $start and first_started < $end
),
intervals as (
    select begins, row_number() over (order by begins) as place
    from (select unnest(range($start::bigint // 86400000 * 86400000, $end::bigint, 86400000)) as begins)
),
came as (
    select distinct visitor, place
    from (select visitor, started from chosen semi join newcomers using (visitor) where started < $end) as sessions
    asof join intervals on started >= begins
),
cohorts as (select visitor, min(place) as cohort from came group by visitor)

select cohort, place - cohort as since, count(*) as visitors
from came join cohorts using (visitor)
group by cohort, since
order by cohort, since
