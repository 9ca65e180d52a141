-- Retention: of the visitors first seen in an interval, how many came in each interval since.
--   $intervals (UNIX ms at which each interval begins, ascending), $start, $end (UNIX ms, end exclusive)
-- One row a cohort and interval since (0: the one in which they were first seen) in which anybody came.

-- The visitors whose first session of all began in the period are its cohorts; who was there before is in none.
with newcomers as (
    select visitor, min(started) as first_started
    from chosen
    group by visitor
    having first_started >= $start and first_started < $end
),
intervals as (select begins, row_number() over (order by begins) as place from (select unnest($intervals::bigint[]) as begins)),
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
