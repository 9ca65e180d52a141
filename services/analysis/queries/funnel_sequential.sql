-- Others may lie between the stages: only what fills a stage matters.
stage_events as (
    select stage, case when $per_session then session else visitor end as who, time, n, i, session
    from (select session, time, n, i, kind, case kind when 1 then target when 2 then page else name end as subject
          from events where app = $app and time >= $start and time <= $end + $window and kind in (1, 2, 6))
    join wanted using (kind, subject)
    join chosen using (session)
),

-- In the order sent; of an event that fills several stages the highest comes first, so that one event fills one stage of a try.
numbered as materialized (
    select
        who, stage, time,
        row_number() over way as place,
        null::integer[] as so_far,
        lead(stage) over way as next_stage,
        lead(time) over way as next_time
    from stage_events
    window way as (partition by who order by time, n, i, session, stage desc)
)
