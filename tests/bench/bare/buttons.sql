-- The bench's buttons as plain SQL, by day of UTC (ties of a click and a page view in one millisecond apart): what the report is
-- measured against.
--   $app, $start, $end; tables chosen, wanted(button, target)
with touched as materialized (
    select button, kind, visitor, session, time, elapsed, flags, time // 86400000 as day
    from (
        select session, time, 1 as kind, target, elapsed, flags from clicks where app = $app and time >= $start and time < $end
        union all
        select session, time, 3, target, elapsed, flags from hovers where app = $app and time >= $start and time < $end
        union all
        select session, time, 4, target, 0, 0 from seen where app = $app and time >= $start and time < $end
    )
    join wanted using (target) join chosen using (session)
),
people as (
    select button, day, kind, count(distinct visitor) as visitors from touched
    group by grouping sets ((button, kind), (button, day, kind))
),
attention as (
    select
        button,
        times(case when kind = 3 and flags & 1 = 1 then elapsed / 1000.0 end) as hover_leave,
        times(case when kind = 3 and flags & 2 = 2 then elapsed / 1000.0 end) as hover_click
    from touched
    group by button
),
clicked as materialized (
    select button, session, started, time
    from clicks join wanted using (target) join chosen using (session)
    where app = $app and time < $end
),
of_session as (
    select button, min(time) // 86400000 as day, (min(time) - any_value(started)) / 1000.0 as took
    from clicked group by button, session having min(time) >= $start
),
of_page as (
    select button, min(clicked.time) // 86400000 as day, (min(clicked.time) - views.time) / 1000.0 as took
    from clicked
    asof join (select session, time from page_views where app = $app and time < $end) as views
        on clicked.session = views.session and clicked.time >= views.time
    group by button, clicked.session, views.time having min(clicked.time) >= $start
),
patience as (
    select button, day, 'session' as since, median(took) as typical, times(took) as took from of_session
    group by grouping sets ((button), (button, day))
    union all
    select button, day, 'page', median(took), times(took) from of_page
    group by grouping sets ((button), (button, day))
)
select button, day, kind, visitors, null, null, null, null from people
union all select button, null, null, null, hover_leave, hover_click, null, null from attention
union all select button, day, null, null, took, null, since, typical from patience
