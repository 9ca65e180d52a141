-- The page views of sessions, a row each.
--   $app
select session, time, n, i, page from page_views {asked} where app = $app
