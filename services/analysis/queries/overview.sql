-- Visitors, sessions, page views, bounces, durations: in the period, and in each of its intervals.
--   $start, $end (UNIX ms, end exclusive), $intervals (UNIX ms at which each interval begins, ascending)
-- One row an interval in which something began, and one with begins = null for the whole period.
with {visits},

-- A session belongs to the interval in which it started, with all it did.
placed as (
    select *
    from visits asof join (select unnest($intervals::bigint[]) as begins) as intervals on started >= begins
)

select
    begins,
    count(distinct visitor) as visitors,
    count(*) as sessions,
    sum(page_views)::bigint as page_views,
    sum(events)::bigint as events,
    avg(bounced::integer) as bounce_rate,
    median(duration) as duration,
    avg(page_views) as pages_per_session
from placed
group by grouping sets ((), (begins))
order by begins nulls first
