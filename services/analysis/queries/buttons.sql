-- Interesting buttons: who saw, hovered, clicked, and how long it took.
--   $kept (names of the breakdown that stand for themselves; the others together are -1); tables touches, first_clicks
-- One row a button of which anything was recorded in the period, and one of each of its intervals (begins) and of its
-- parts of the breakdown (part); the other of the two is null, for the button itself both.

with attentive as (select *, case when list_contains($kept, name) then name else -1 end as part from touches),
patient as (select *, case when list_contains($kept, name) then name else -1 end as part from first_clicks),

-- How many saw, hovered, clicked (visitors); dwell of the hovers that ended in leaving and in a click.
attention as (
    select
        button,
        begins,
        part,
        count(distinct visitor) filter (kind = 4) as saw,
        count(distinct visitor) filter (kind = 3) as hovered,
        count(distinct visitor) filter (kind = 1) as clicked,
        count(*) filter (kind = 1) as clicks,
        times(case when kind = 3 and flags & 1 = 1 then elapsed end) as hover_leave,
        times(case when kind = 3 and flags & 2 = 2 then elapsed end) as hover_click
    from attentive
    group by grouping sets ((button), (button, begins), (button, part))
),
patience as (
    select
        button,
        begins,
        part,
        times(case when since = 'session' then took end) as from_session_start,
        times(case when since = 'page' then took end) as from_page_entry
    from patient
    group by grouping sets ((button), (button, begins), (button, part))
)
select
    attention.button, attention.begins, attention.part,
    saw, hovered, clicked, clicks, hover_leave, hover_click, from_session_start, from_page_entry
from attention left join patience
    on patience.button = attention.button
    and patience.begins is not distinct from attention.begins
    and patience.part is not distinct from attention.part
order by attention.button, attention.begins nulls first, clicks desc, attention.part
