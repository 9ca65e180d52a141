-- The sessions with a click on a button in the period: their page views (button -1) and all their clicks on buttons up to the end of
-- the period, since what was clicked before the period is not clicked for the first time in it.
--   $app, $end (UNIX ms, exclusive); tables wanted(button, target), touches
with clickers as materialized (select distinct session from touches where kind = 1)
select session, time, n, i, button::integer as button
from (select session, time, n, i, target from clicks where app = $app and time < $end)
join wanted using (target)
semi join clickers using (session)
union all
select session, time, n, i, -1 as button
from page_views semi join clickers using (session)
where app = $app and time < $end
