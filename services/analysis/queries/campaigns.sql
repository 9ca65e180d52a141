-- Who each campaign brought.
--   $app, $start, $end (UNIX ms, end exclusive); tables traffic, traffic_names
-- One row a name under which a session began in the period.
with begun as materialized (
    select session, visitor, started, name from traffic where started >= $start and started < $end
),

-- Bounce: one page view, no click, and under 10 s from the start to the last sign of life.
single_views as materialized (
    select session
    from (select session, kind from events where app = $app and kind in (1, 2)) semi join begun using (session)
    group by session
    having count(*) = 1 and min(kind) = 2
),
bounces as (
    select session, true as bounced
    from (select session, max(time) as last_sign from events semi join single_views using (session)
          where app = $app group by session)
    join begun using (session)
    where last_sign - started < 10_000
),

counted as (
    select name, count(distinct visitor) as visitors, count(*) as sessions, count(bounced) / count(*) as bounce_rate
    from begun left join bounces using (session)
    group by name
)
select text, visitors, sessions, bounce_rate from counted join traffic_names using (name)
order by sessions desc, text
