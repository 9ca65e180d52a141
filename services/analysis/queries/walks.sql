-- The page views of sessions up to the end of the period, a row each.
--   $app, $end (UNIX ms, exclusive)
select session, time, n, i from page_views {asked} where app = $app and time < $end
