-- went: where those who dropped out of the funnel went instead: the first page entered in the session after the last stage they
-- reached; null where it ended there.
--   table dropped(session, time, n, i): the event that filled that stage
create or replace temp table went as
with later as (
    select dropped.session, arg_min(page, sent(views.time, views.n, views.i)) as page
    from dropped join (select session, time, n, i, page from page_views) as views using (session)
    where sent(views.time, views.n, views.i) > sent(dropped.time, dropped.n, dropped.i)
    group by dropped.session
)
select session, time, pages.path as path
from dropped left join later using (session) left join pages on pages.id = later.page
