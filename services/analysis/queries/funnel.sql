-- The funnel: how many reached each stage, and how long it took them.
--   $app, $start, $end, $window (ms), $per_session, $strict, $kinds (of each stage);
--   table wanted(stage, kind, subject): what fills each stage (kind 1: a target, 2: a page, 6: a name)
-- One row a stage that anybody reached.
--
-- The block between `each later stage` and `end` is repeated, k counting from 2; `steps` is funnel_sequential.sql or
-- funnel_strict.sql, whose last step is
--   numbered(who, stage, time, place, so_far, next_stage, next_time): what fills a stage, in each visitor's (or session's) order
with {steps},

-- Each first-stage event in the period starts a try. One that is followed at once by another is restarted by it:
-- whatever the earlier try could reach, the later reaches in less time.
tries_1 as materialized (
    select
        who, place as first_place, time as first_time, place, time, null::bigint as previous, so_far,
        not coalesce(next_stage = 1 and next_time < $end, false) as goes_on
    from numbered
    where stage = 1 and time < $end
),

-- each later stage
-- The first event after the one before that fills stage {k}, within the window from the first stage.
tries_{k} as materialized (
    select try.who, first_place, first_time, next.place, next.time, try.time as previous, next.so_far, true as goes_on
    from (select * from tries_{before} where goes_on) as try
    asof join (select who, place, time, so_far from numbered where stage = {k}) as next
        on try.who = next.who and try.place < next.place
    where next.time <= first_time + $window
        and (not $strict or next.so_far[$kinds[{k}]] = try.so_far[$kinds[{k}]] + 1)
),
-- end

reached as (
    {tries}
),

-- The best try counts: the furthest; of these the one that got there first; of these the shortest.
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
