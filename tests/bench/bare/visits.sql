-- The first steps of plain SQL on visits, put where it names them in braces: the sessions that started in the period, each with all it did,
-- whenever that was.   $start, $end (UNIX ms, end exclusive)
begun as (
    select session, visitor, started from chosen where started >= $start and started < $end
),

-- What each session did; what the edge saw itself is a sign of life, not an event.
did as (
    select
        session,
        sum(events)::bigint as events,
        sum(page_views)::bigint as page_views,
        sum(clicks)::bigint as clicks,
        max(last_sign) as last_sign
    from deeds semi join begun using (session)
    group by session
),

-- Duration: last sign of life minus start. Bounce: one page view, no click, and under 10 s.
visits as (
    select
        session,
        visitor,
        started,
        coalesce(events, 0) as events,
        coalesce(page_views, 0) as page_views,
        coalesce(clicks, 0) as clicks,
        greatest(coalesce(last_sign, started) - started, 0) / 1000.0 as duration,
        coalesce(page_views, 0) = 1 and coalesce(clicks, 0) = 0 and duration < 10 as bounced
    from begun left join did using (session)
)
