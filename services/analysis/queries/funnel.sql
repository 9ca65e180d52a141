-- The events that can fill a stage of a funnel.
--   $app, $start, $until (UNIX ms, both inclusive);
--   table asked(session, who): whose events, and of which visitor (or session) they are;
--   table wanted(kind, subject, stages): what fills a stage, a bit a stage (kind 1: a target, 2: a page, 6: a name)
-- One row an event. `{join}`: `join`; in strict order `left join`, since there what fills no stage counts too.
select who, session, time, n, i, kind, stages
from (
    select session, time, n, i, 1::utinyint as kind, coalesce(stages, 0)::usmallint as stages
    from clicks {join} (select subject as target, stages from wanted where kind = 1) using (target)
    where app = $app and time >= $start and time <= $until and list_contains($kinds, 1)
    union all
    select session, time, n, i, 2::utinyint as kind, coalesce(stages, 0)::usmallint as stages
    from page_views {join} (select subject as page, stages from wanted where kind = 2) using (page)
    where app = $app and time >= $start and time <= $until and list_contains($kinds, 2)
    union all
    select session, time, n, i, 6::utinyint as kind, coalesce(stages, 0)::usmallint as stages
    from customs {join} (select subject as name, stages from wanted where kind = 6) using (name)
    where app = $app and time >= $start and time <= $until and list_contains($kinds, 6)
)
join asked using (session)
