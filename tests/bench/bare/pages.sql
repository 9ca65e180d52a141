-- The bench's pages as plain SQL: what the report is measured against.
--   $start, $end; table chosen
with {visits},

-- The page views of each session in the order sent: each lasts to the next one, the last one to the last sign of life. How far
-- a page was scrolled is told by the page after it.
views as (
    select
        page,
        visitor,
        lag(time) over way is null as entered,
        lead(time) over way is null as left_here,
        greatest(coalesce(lead(time) over way, started + (duration * 1000)::bigint) - time, 0) / 1000.0 as seconds,
        lead(scroll) over way as scroll,
        bounced
    from page_views join visits using (session)
    window way as (partition by session order by time, n, i)
),
paths as (select id as page, min(id) over (partition by path) as one from pages),
measured as (
    select
        one,
        count(*) as views,
        count(distinct visitor) as visitors,
        count(*) filter (entered) as entries,
        count(*) filter (left_here) as exits,
        median(seconds) as seconds,
        avg(scroll) filter (scroll >= 0) as scroll,
        avg(bounced::integer) filter (entered) as bounce_rate
    from views join paths using (page)
    group by one
)

select path, label, measured.* exclude (one), count(*) over () as pages
from measured join pages on pages.id = one
order by views desc, path

