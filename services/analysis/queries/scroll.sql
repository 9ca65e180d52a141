-- How far down a page was seen, as the next page view of the session tells of it.
--   $app, $start, $end (UNIX ms, end exclusive), $page (path); in braces: of which devices
-- One row a percentage: how many views, of how many visitors; and one with scroll = null for all of them.
with is_page as (select id as before from pages where path = $page),
viewers as (select session, visitor from chosen {of_device}),
depths as (
    select visitor, scroll from page_views semi join is_page using (before) join viewers using (session)
    where app = $app and time >= $start and time < $end and scroll >= 0
)
select scroll, count(*), count(distinct visitor) from depths group by grouping sets ((), (scroll))
