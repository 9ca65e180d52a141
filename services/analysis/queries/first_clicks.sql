-- first_clicks: how long each first click on a button took, with the interval and the part of the breakdown.
--   $start (UNIX ms), $intervals (as in touches.sql); tables parts, and
--   firsts(button, session, clicked, entered): a first click of a session (entered -1), or of a page view (when
--   that was entered), UNIX ms
create or replace temp table first_clicks as
select
    button,
    case when entered < 0 then 'session' else 'page' end as since,
    -- From session start, or from entering the page.
    greatest(clicked - case when entered < 0 then started else entered end, 0) / 1000.0 as took,
    begins,
    coalesce(name, 0) as name
from (select * from firsts where clicked >= $start)
join (select session, started from chosen) using (session)
asof join (select unnest($intervals::bigint[]) as begins) as intervals on clicked >= begins
left join parts using (session)
