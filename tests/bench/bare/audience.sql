-- The bench's audience, by browser, as plain SQL: what the report is measured against.
--   $start, $end; table chosen
with {visits},

measured as (
    select
        facts.value,
        count(distinct visits.visitor) as visitors,
        count(*) as sessions,
        sum(page_views)::bigint as page_views,
        avg(bounced::integer) as bounce_rate,
        median(duration) as duration,
        avg(page_views) as pages_per_session
    from visits join (select session, browser as value from sessions) as facts using (session)
    group by facts.value
)

select coalesce(text, '') as text, measured.* exclude (value), count(*) over () as values
from measured left join words on id = value
order by visitors desc, sessions desc, text
limit 100
