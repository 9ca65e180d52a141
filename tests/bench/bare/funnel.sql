-- The bench's funnel (sequential, four stages, per visitor) as plain SQL: what the report is measured against.
--   $app, $start, $end, $window (ms); tables chosen, wanted(kind, subject, stages)
with stage_events as (
    select visitor as who, time, n, i, session, stages
    from (select session, time, n, i, 1 as kind, target as subject from clicks
          where app = $app and time >= $start and time <= $end + $window
          union all
          select session, time, n, i, 2 as kind, page as subject from page_views
          where app = $app and time >= $start and time <= $end + $window)
    join wanted using (kind, subject)
    join chosen using (session)
),
numbered as materialized (
    select
        who, time, stages,
        row_number() over way as place,
        lead(stages) over way as next_stages,
        lead(time) over way as next_time
    from stage_events
    window way as (partition by who order by time, session, n, i)
),
tries_1 as materialized (
    select who, place as first_place, time as first_time, place, time, null::bigint as previous,
        not coalesce(next_stages = 1 and next_time < $end, false) as goes_on
    from numbered where stages & 1 = 1 and time < $end
),
tries_2 as materialized (
    select try.who, first_place, first_time, next.place, next.time, try.time as previous, true as goes_on
    from (select * from tries_1 where goes_on) as try
    asof join (select who, place, time from numbered where stages & 2 = 2) as next
        on try.who = next.who and try.place < next.place
    where next.time <= first_time + $window
),
tries_3 as materialized (
    select try.who, first_place, first_time, next.place, next.time, try.time as previous, true as goes_on
    from tries_2 as try
    asof join (select who, place, time from numbered where stages & 4 = 4) as next
        on try.who = next.who and try.place < next.place
    where next.time <= first_time + $window
),
tries_4 as materialized (
    select try.who, first_place, first_time, next.place, next.time, try.time as previous, true as goes_on
    from tries_3 as try
    asof join (select who, place, time from numbered where stages & 8 = 8) as next
        on try.who = next.who and try.place < next.place
    where next.time <= first_time + $window
),
reached as (
    select 1 as stage, * from tries_1 union all select 2, * from tries_2
    union all select 3, * from tries_3 union all select 4, * from tries_4
),
best_try as (
    select who, arg_max(first_place, (stage, -place, first_place)) as first_place from reached group by who
)
select
    stage,
    count(*) as count,
    times((time - previous) / 1000.0) as from_previous,
    times(case when stage > 1 then (time - first_time) / 1000.0 end) as from_first
from reached semi join best_try using (who, first_place)
group by stage
order by stage
