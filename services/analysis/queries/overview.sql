-- Visitors, sessions, page views, bounces, durations: in the period, and in each of its intervals.
--   $start, $end (UNIX ms, end exclusive), $intervals (UNIX ms at which each interval begins, ascending)
-- One row an interval in which something began, and one with begins = null for the whole period.

-- A session belongs to the interval in which it started, with all it did.
with begun as (
    select session, visitor, started, begins
    from (select session, visitor, started from chosen
          where started >= $start and started < $end)
    asof join (select unnest($intervals::bigint[]) as begins) as intervals on started >= begins
),

-- What each session did, counted from its events; what the edge saw itself (n <= 0) is only a sign of life.
deeds as (
    select
        session,
        count(*) filter (kind = 2) as page_views,
        count(*) filter (kind = 1) as clicks,
        count(*) filter (n > 0) as events,
        max(time) as last_sign
    from events semi join begun using (session)
    group by session
),

-- Duration: last sign of life minus start. Bounce: one page view, no click, and under 10 s.
visits as (
    select
        begins,
        visitor,
        coalesce(page_views, 0) as page_views,
        coalesce(events, 0) as events,
        greatest(coalesce(last_sign, started) - started, 0) / 1000.0 as duration,
        coalesce(page_views, 0) = 1 and coalesce(clicks, 0) = 0 and duration < 10 as bounced
    from begun left join deeds using (session)
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
from visits
group by grouping sets ((), (begins))
order by begins nulls first
