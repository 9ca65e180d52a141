-- The page views of sessions, a row each.
--   $app, $first, $last (sessions, inclusive)
select session, time, n, i, page from page_views {asked} where app = $app and session between $first and $last
