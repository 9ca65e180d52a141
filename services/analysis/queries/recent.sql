-- Each visitor with a sign of life since $since, those in no report left out: when the last one was, and the page they are on.
with signs as (
    select session, time, n, i, page from events where time >= $since
    union all
    select session, started, 0, 0, landing from sessions where started >= $since
)
select apps.text, visitor, max(time), coalesce(arg_max(page, sent(time, n, i)) filter (where page > 0), 0)
from signs join sessions using (session) join apps on apps.id = sessions.app
where left_out = 0
group by apps.text, visitor
