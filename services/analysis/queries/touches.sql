-- touches: all that happened to the interesting buttons in the period, with the interval and the part of the breakdown.
--   $app, $start, $end (UNIX ms, end exclusive), $intervals (UNIX ms at which each begins, ascending);
--   tables wanted(button, target): the elements that are each button, parts(session, name)
create or replace temp table touches as
with touched as (
    select session, time, 1 as kind, target, elapsed, flags from clicks
    where app = $app and time >= $start and time < $end
    union all
    select session, time, 3 as kind, target, elapsed, flags from hovers
    where app = $app and time >= $start and time < $end
    union all
    select session, time, 4 as kind, target, 0 as elapsed, 0 as flags from seen
    where app = $app and time >= $start and time < $end
),
of_buttons as (select * from touched join wanted using (target) join chosen using (session))
select button, session, visitor, kind, elapsed / 1000.0 as elapsed, flags, begins, coalesce(name, 0) as name
from of_buttons
asof join (select unnest($intervals::bigint[]) as begins) as intervals on time >= begins
left join parts using (session)
