-- The page views of sessions, a row each, with how far the page before was scrolled.
--   $app, $first, $last (sessions, inclusive)
select session, time, n, i, page, scroll from page_views {asked} where app = $app and session between $first and $last
