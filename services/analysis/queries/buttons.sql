-- Interesting buttons: who saw, hovered, clicked, and how long it took.
--   tables touches, first_clicks
-- One row a button of which anything was recorded in the period.

-- How many saw, hovered, clicked: visitors.
with people as (
    select
        button,
        count(*) filter (kind = 4) as saw,
        count(*) filter (kind = 3) as hovered,
        count(*) filter (kind = 1) as clicked
    from (select distinct button, kind, visitor from touches)
    group by button
),

-- Dwell of the hovers that ended in leaving and in a click.
attention as (
    select
        button,
        count(*) filter (kind = 1) as clicks,
        times(case when kind = 3 and flags & 1 = 1 then elapsed end) as hover_leave,
        times(case when kind = 3 and flags & 2 = 2 then elapsed end) as hover_click
    from touches
    group by button
),
patience as (
    select
        button,
        times(case when since = 'session' then took end) as from_session_start,
        times(case when since = 'page' then took end) as from_page_entry
    from first_clicks
    group by button
)
select button, saw, hovered, clicked, clicks, hover_leave, hover_click, from_session_start, from_page_entry
from people join attention using (button) left join patience using (button)
order by button
