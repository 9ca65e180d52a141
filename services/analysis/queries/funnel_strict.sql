-- The very next page (or click, or custom event) must fill the stage: count how many there were of each so far.
way_events as (
    select
        kind, case kind when 1 then target when 2 then page else name end as subject,
        case when $per_session then session else visitor end as who, time, n, i, session
    from (select * from events
          where app = $app and time >= $start and time <= $end + $window and kind in (1, 2, 6))
    join chosen using (session)
),
counted as (
    select
        *,
        count(*) filter (kind = 1) over way as clicks,
        count(*) filter (kind = 2) over way as pages,
        count(*) filter (kind = 6) over way as customs
    from way_events
    window way as (partition by who order by time, n, i, session rows unbounded preceding)
),

-- In the order sent; of an event that fills several stages the highest comes first, so that one event fills one stage of a try.
numbered as materialized (
    select
        who, stage, time,
        row_number() over way as place,
        [clicks, pages, 0, 0, 0, customs] as so_far,
        lead(stage) over way as next_stage,
        lead(time) over way as next_time
    from counted join wanted using (kind, subject)
    window way as (partition by who order by time, n, i, session, stage desc)
)
