-- Who each campaign brought.
--   $start, $end (UNIX ms, end exclusive); tables traffic, traffic_names
-- One row a name under which a session began in the period.
with {visits},

counted as (
    select
        name,
        count(distinct visitor) as visitors,
        count(*) as sessions,
        avg(bounced::integer) as bounce_rate
    from visits join (select session, name from traffic) using (session)
    group by name
)
select text, visitors, sessions, bounce_rate from counted join traffic_names using (name)
order by sessions desc, text
