-- The page views of sessions up to the end of the period, a row each.
--   $app, $first, $last (sessions, inclusive), $end (UNIX ms, exclusive)
select session, time, n, i from page_views {asked} where app = $app and session between $first and $last and time < $end
