-- The buttons' counts and median times in each interval, or each part of a breakdown: `{place}` is begins or part.
--   $kept (names of the breakdown that stand for themselves; the others together are -1); tables touches, first_clicks
with attentive as (select *, case when list_contains($kept, name) then name else -1 end as part from touches),
people as (
    select
        button,
        {place},
        count(*) filter (kind = 4) as saw,
        count(*) filter (kind = 3) as hovered,
        count(*) filter (kind = 1) as clicked
    from (select distinct button, {place}, kind, visitor from attentive)
    group by button, {place}
),
clicks as (select button, {place}, count(*) as clicks from attentive where kind = 1 group by button, {place}),
patience as (
    select
        button,
        {place},
        median(took) filter (since = 'session') as from_session_start,
        median(took) filter (since = 'page') as from_page_entry
    from (select *, case when list_contains($kept, name) then name else -1 end as part from first_clicks)
    group by button, {place}
)
select button, {place}, saw, hovered, clicked, coalesce(clicks, 0) as clicks, from_session_start, from_page_entry
from people left join clicks using (button, {place}) left join patience using (button, {place})
order by button, clicks desc, {place}
