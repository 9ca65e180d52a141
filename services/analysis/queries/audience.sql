-- The audience by one of its facts; in braces: the fact as a column of sessions, and the table that has its words.
--   $start, $end (UNIX ms, end exclusive), $most
-- One row a value, the one with most visitors first; '' is unknown.
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
    from visits join (select session, {value} as value from sessions) as facts using (session)
    group by facts.value
)

select coalesce(text, '') as text, measured.* exclude (value), count(*) over () as values
from measured left join {table} on id = value
order by visitors desc, sessions desc, text
limit $most
