-- The events of one kind for a funnel in strict order, where what fills no stage counts too; in braces: the kind's table, and the column
-- that says what it was about.
--   $app, $first, $last (sessions, inclusive), $start, $until (UNIX ms, both inclusive)
-- One row an event.
select session, time, n, i, {subject} as subject
from {table} {asked}
where app = $app and session between $first and $last and time >= $start and time <= $until
