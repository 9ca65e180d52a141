-- first_clicks: how long each first click on a button took, from the session's start and from the page's entry.
--   $app, $start, $end (UNIX ms, end exclusive), $intervals (as in touches.sql); tables wanted, parts, touches
create or replace temp table first_clicks as

-- The sessions with a click on a button, and all their clicks on buttons up to the end of the period: what was clicked before
-- the period is not clicked for the first time in it.
with clickers as materialized (select distinct session from touches where kind = 1),
clicked as materialized (
    select button, session, time, n, i
    from (select session, time, n, i, target from clicks where app = $app and time < $end)
    join wanted using (target)
    semi join clickers using (session)
),

-- From session start to the session's first click on it.
in_sessions as (
    select button, session, first_click, greatest(first_click - started, 0) as took
    from (select button, session, min(time) as first_click from clicked group by button, session)
    join chosen using (session)
),

-- The page views of these sessions and the clicks, in the order they were sent.
walks as (
    select session, time, n, i, null as button from page_views semi join clickers using (session)
    where app = $app and time < $end
    union all
    select session, time, n, i, button from clicked
),
on_pages as (
    select
        session,
        button,
        time,
        count(*) filter (button is null) over walk as page_view,
        max(time) filter (button is null) over walk as entered
    from walks
    window walk as (partition by session order by time, n, i rows unbounded preceding)
),

-- From entering a page to the first click on it of that page view.
in_page_views as (
    select button, session, min(time) as first_click, min(time) - any_value(entered) as took
    from on_pages where button is not null and page_view > 0
    group by button, session, page_view
),
firsts as (
    select *, 'session' as since from in_sessions
    union all
    select *, 'page' as since from in_page_views
)
select button, since, took / 1000.0 as took, begins, coalesce(name, 0) as name
from firsts
asof join (select unnest($intervals::bigint[]) as begins) as intervals on first_click >= begins
left join parts using (session)
where first_click >= $start
