-- The bench's journey (forward from the entry, five columns) as plain SQL: what the report is measured against.
--   $app, $start, $end; table chosen
with begun as (select session from chosen where started >= $start and started < $end),
views as (
    select session, page, time, n, i, lag(page) over (partition by session order by time, n, i) as previous
    from (select session, page, time, n, i from page_views where app = $app) semi join begun using (session)
),
steps as materialized (
    select session, page, row_number() over (partition by session order by time, n, i) as step
    from views where page is distinct from previous
    qualify step <= 5
)
select here.step, here.page, next.page, count(*)
from steps as here left join steps as next on next.session = here.session and next.step = here.step + 1
group by all
