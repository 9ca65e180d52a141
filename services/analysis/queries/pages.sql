-- Pages: how often each was viewed, where sessions entered and left, how long and how far it was read.
--   $most; table viewed(one, views, visitors, entries, exits, bounces, told, scrolled, seconds): what the page views of the sessions
--   that started in the period come to: `one` is the first page with the path (a path is one page, whatever its host), `bounces` are
--   of sessions that entered here, `told` are those of which is known how far they were scrolled, `scrolled` the sum of that
-- One row a page, the most viewed first.
select
    path,
    label,
    views,
    visitors,
    entries,
    exits,
    seconds,
    case when told > 0 then scrolled / told end as scroll,
    case when entries > 0 then bounces / entries end as bounce_rate,
    count(*) over () as pages
from viewed join pages on pages.id = one
order by views desc, path
limit $most
