-- Sessions, the latest first; in braces: the joins that put their facts into words.
--   table listed(session, visitor, started): which of them
-- What each did; what the edge saw itself is a sign of life, not an event.
with did as (
    select
        session,
        sum(events)::bigint as events,
        sum(page_views)::bigint as page_views,
        sum(clicks)::bigint as clicks,
        max(last_sign) as last_sign
    from deeds semi join listed using (session)
    group by session
),
walks as (
    select session, arg_min(page, sent(time, n, i)) as entry, arg_max(page, sent(time, n, i)) as exit
    from page_views semi join listed using (session)
    group by session
)

select
    high, low,
    visitors.hash as visitor,
    listed.started,
    greatest(coalesce(last_sign, listed.started) - listed.started, 0) / 1000.0 as duration,
    coalesce(events, 0) as events,
    coalesce(page_views, 0) as page_views,
    coalesce(clicks, 0) as clicks,
    came_back,
    {facts},
    coalesce(referrers.text, '') as referrer,
    coalesce(landings.path, '') as landing,
    coalesce(entries.path, '') as entry,
    coalesce(exits.path, '') as exit,
    coalesce(params.text, '') as params
from listed
join sessions using (session)
join session_ids using (session)
join visitors on visitors.id = listed.visitor
left join did using (session)
left join walks using (session)
left join referrers on referrers.id = sessions.referrer
left join pages as landings on landings.id = sessions.landing
left join pages as entries on entries.id = walks.entry
left join pages as exits on exits.id = walks.exit
left join params on params.id = sessions.params
{joins}
order by listed.started desc, session desc
