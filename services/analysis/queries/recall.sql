-- What is known of sessions that are not in memory any more; table missing(place, high, low).
-- One row a session: place, number, visitor, why it is left out, the page it is on, since when, and how wide that or the screen is.
with found as materialized (select place, session from session_ids join missing using (high, low)),
on_page as (
    select session, arg_max(page, sent(time, n, i)) as page, max(time) as page_at
    from page_views semi join found using (session) group by session
),
wide as (
    select session, arg_max(page_w, sent(time, n, i)) as width
    from clicks semi join found using (session) where page_w > 0 group by session
),
screens as (select id, coalesce(try_cast(split_part(text, 'x', 1) as integer), 0) as width from words)

select
    place, session, visitor, coalesce(left_out, 0),
    coalesce(page, landing, 0), coalesce(page_at, 0), coalesce(wide.width, screens.width, 0)
from found
left join sessions using (session)
left join on_page using (session)
left join wide using (session)
left join screens on screens.id = screen
