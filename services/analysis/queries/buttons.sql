-- Interesting buttons: who saw, hovered, clicked, and how long it took.
--   $app, $start, $end (UNIX ms, end exclusive); table wanted(button, target): the elements that are each button
-- One row a button of which anything was recorded in the period.

-- All that happened to the buttons in the period.
with touches as materialized (
    select button, session, visitor, kind, elapsed / 1000.0 as elapsed, flags
    from (select session, kind, target, elapsed, flags from events
          where app = $app and time >= $start and time < $end and kind in (1, 3, 4))
    join wanted using (target)
    join chosen using (session)
),

-- How many saw, hovered, clicked (visitors); dwell of the hovers that ended in leaving and in a click.
attention as (
    select
        button,
        count(distinct visitor) filter (kind = 4) as saw,
        count(distinct visitor) filter (kind = 3) as hovered,
        count(distinct visitor) filter (kind = 1) as clicked,
        count(*) filter (kind = 1) as clicks,
        times(case when kind = 3 and flags & 1 = 1 then elapsed end) as hover_leave,
        times(case when kind = 3 and flags & 2 = 2 then elapsed end) as hover_click
    from touches
    group by button
),

-- The sessions with a click on a button, and all their clicks on buttons up to the end of the period: what was clicked before
-- the period is not clicked for the first time in it.
clickers as materialized (select distinct session from touches where kind = 1),
clicks as materialized (
    select button, session, time, n, i
    from (select session, time, n, i, target from events where app = $app and time < $end and kind = 1)
    join wanted using (target)
    semi join clickers using (session)
),

-- From session start to the session's first click on it.
from_session_start as (
    select button, times(greatest(first_click - started, 0) / 1000.0) as from_session_start
    from (select button, session, min(time) as first_click from clicks group by button, session)
    join chosen using (session)
    where first_click >= $start
    group by button
),

-- The page views of these sessions and the clicks, in the order they were sent.
walks as (
    select session, time, n, i, null as button from events semi join clickers using (session)
    where app = $app and time < $end and kind = 2
    union all
    select session, time, n, i, button from clicks
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
from_page_entry as (
    select button, times((first_click - entered) / 1000.0) as from_page_entry
    from (select button, session, page_view, any_value(entered) as entered, min(time) as first_click
          from on_pages where button is not null and page_view > 0 group by button, session, page_view)
    where first_click >= $start
    group by button
)

select button, saw, hovered, clicked, clicks, hover_leave, hover_click, from_session_start, from_page_entry
from attention left join from_session_start using (button) left join from_page_entry using (button)
order by button
