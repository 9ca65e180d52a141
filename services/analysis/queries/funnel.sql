-- The events of one kind that can fill a stage of a funnel; in braces: the kind's table, and the column that says what it was about.
--   $app, $first, $last (sessions, inclusive), $start, $until (UNIX ms, both inclusive), $kind (1: clicks, of a target; 2: page views; 6: customs, of a name);
--   table wanted(kind, subject, stages): what fills a stage, a bit a stage
-- One row an event.
select session, time, n, i, stages
from {table} join (select subject as {subject}, stages from wanted where kind = $kind) using ({subject}) {asked}
where app = $app and session between $first and $last and time >= $start and time <= $until
