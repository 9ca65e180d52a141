-- What happened to the interesting buttons, of one kind; in braces: the kind's table, and what else is asked of it.
--   $app, $first, $last (sessions, inclusive), $start, $end (UNIX ms, end exclusive); table wanted(button, target): the elements that are each button
-- One row an event and button.
select session, time, button::usmallint as button{columns}
from {table} join wanted using (target) {asked}
where app = $app and session between $first and $last and time >= $start and time < $end
