-- Pages: how often each was viewed, where sessions entered and left, how long and how far it was read.
--   $most; tables people(one, visitors): who viewed each page, and views(one, entered, left_here, ms, scroll, bounced): the page views
--   of the sessions that started in the period: whether it was the session's first, its last, how long it lasted, how far the page was
--   scrolled (-1 unknown)
-- One row a page (a path is one page, whatever its host: `one` is the first with it), the most viewed first.
with measured as (
    select
        one,
        count(*) as views,
        count(*) filter (entered) as entries,
        count(*) filter (left_here) as exits,
        median(ms) / 1000.0 as seconds,
        avg(scroll) filter (scroll >= 0) as scroll,
        avg(bounced::integer) filter (entered) as bounce_rate
    from views
    group by one
)

select path, label, views, visitors, entries, exits, seconds, scroll, bounce_rate, count(*) over () as pages
from measured join people using (one) join pages on pages.id = one
order by views desc, path
limit $most
