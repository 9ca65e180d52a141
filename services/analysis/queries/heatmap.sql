-- Where a page was clicked, or the pointer rested, in cells of a grid: $columns to the page's width, as high as wide.
--   $app, $start, $end (UNIX ms, end exclusive), $page (path), $heat (click: each weighs 1; move: the seconds it rested);
--   in braces: of which devices
-- One row a cell, and one with "column" = null for all of them.
with is_page as (select id as page from pages where path = $page),

-- Weights as whole ms: their sum is the same in whatever order they are read.
points as (
    select session, x, y, page_w, 1000 as ms from clicks semi join is_page using (page)
    where $heat = 'click' and app = $app and time >= $start and time < $end
    union all
    select session, x, y, page_w, elapsed as ms from moves semi join is_page using (page)
    where $heat = 'move' and app = $app and time >= $start and time < $end
),
viewers as (select session, visitor from chosen {of_device}),
placed as materialized (
    select
        visitor,
        least(greatest(x, 0) * $columns // page_w, $columns - 1) as "column",
        greatest(y, 0) * $columns // page_w as row,
        ms
    from points join viewers using (session)
    where page_w > 0
)
select null as "column", null as row, sum(ms) / 1000.0 as weight, count(*), count(distinct visitor) from placed
union all
select "column", row, sum(ms) / 1000.0, null, null from placed group by "column", row
order by "column" is not null, weight desc, row, "column"
