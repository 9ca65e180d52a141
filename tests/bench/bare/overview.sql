-- The bench's overview as plain SQL, by day of UTC: what the report is measured against.
--   $start, $end; table chosen
with {visits},

placed as (select *, started // 86400000 as day from visits)

select
    day,
    count(distinct visitor) as visitors,
    count(*) as sessions,
    sum(page_views)::bigint as page_views,
    sum(events)::bigint as events,
    avg(bounced::integer) as bounce_rate,
    median(duration) as duration,
    avg(page_views) as pages_per_session
from placed
group by grouping sets ((), (day))
order by day nulls first
