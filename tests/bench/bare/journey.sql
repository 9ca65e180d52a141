-- The bench's journey (from the entry, five columns; or back from the exit) as plain SQL: what the report is measured against.
--   $app, $start, $end; table chosen; in braces: asc or desc
with begun as (select session from chosen where started >= $start and started < $end),
paths as (select id as page, min(id) over (partition by path) as one from pages),
views as (
    select session, time, n, i, one as page, lag(one) over way as previous
    from (select session, time, n, i, page from page_views where app = $app) semi join begun using (session) join paths using (page)
    window way as (partition by session order by time {way}, n {way}, i {way})
),

-- Repeats are folded.
steps as (
    select page, row_number() over way as step, lead(page) over way as next
    from views where page is distinct from previous
    window way as (partition by session order by time {way}, n {way}, i {way})
    qualify step <= 5
),
links as materialized (
    select step, page, next, count(*) as sessions from steps group by step, page, next
),

-- Who has left stays so.
ways as (
    select * from links
    union all
    select later, null, null, sum(sessions) from links, (select unnest(range(2, 6)) as later)
    where next is null and step < later group by later
)

-- Each page of a column, and where who was there went next.
select step, grouping(next) as alone, page, next, sum(sessions)::bigint as sessions
from ways
group by grouping sets ((step, page), (step, page, next))
having step < 5 or alone = 1
order by all nulls first
