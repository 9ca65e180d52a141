-- The bench's buttons as plain SQL, by day of UTC (or by a part of the breakdown): what the report is measured against.
--   $app, $start, $end; tables chosen, wanted(button, target); in braces: the place of a moment, and the join that knows it
with touched as materialized (
    select button, kind, visitor, elapsed, flags, {place} as place
    from (
        select session, time, 1 as kind, target, elapsed, flags from clicks where app = $app and time >= $start and time < $end
        union all
        select session, time, 3, target, elapsed, flags from hovers where app = $app and time >= $start and time < $end
        union all
        select session, time, 4, target, 0, 0 from seen where app = $app and time >= $start and time < $end
    )
    join wanted using (target) join chosen using (session) {parts}
),
people as (
    select button, place, kind, count(distinct visitor) as visitors, count(*) as events from touched
    group by grouping sets ((button, kind), (button, place, kind))
),
attention as (
    select
        button,
        times(case when kind = 3 and flags & 1 = 1 then elapsed / 1000.0 end) as hover_leave,
        times(case when kind = 3 and flags & 2 = 2 then elapsed / 1000.0 end) as hover_click
    from touched
    group by button
),

-- The first click in a session, and in each of its page views, if it is in the period.
clicked as materialized (
    select button, session, started, time, (time, n, i) as moment, {place} as place
    from clicks join wanted using (target) join chosen using (session) {parts}
    where app = $app and time < $end
),
of_session as (
    select button, min(place) as place, greatest(min(time) - any_value(started), 0) / 1000.0 as took
    from clicked group by button, session having min(time) >= $start
),
of_page as (
    select button, min(place) as place, (min(clicked.time) - any_value(views.time)) / 1000.0 as took
    from clicked
    asof join (select session, time, (time, n, i) as moment from page_views where app = $app and time < $end) as views
        on clicked.session = views.session and clicked.moment >= views.moment
    group by button, clicked.session, views.moment having min(clicked.time) >= $start
),
patience as (
    select button, place, 'from_session_start' as since, median(took) as typical, times(took) as took from of_session
    group by grouping sets ((button), (button, place))
    union all
    select button, place, 'from_page_entry', median(took), times(took) from of_page
    group by grouping sets ((button), (button, place))
)

-- A row a figure: a number, or of a button as a whole how long it took.
select button, place, case kind when 1 then 'clicked' when 3 then 'hovered' else 'saw' end as figure, visitors as number, null as took
from people
union all select button, place, 'clicks', events, null from people where kind = 1
union all select button, null, 'hover_leave', null, hover_leave from attention where hover_leave is not null
union all select button, null, 'hover_click', null, hover_click from attention where hover_click is not null
union all select button, place, since, case when place is not null then typical end, case when place is null then took end from patience
order by all nulls first
