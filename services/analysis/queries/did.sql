-- What each batch brought of a session: until when it is sure to have lived, its events, page views and clicks.
--   $app, $first, $last (sessions, inclusive)
select session, last_sign, events, page_views, clicks from deeds {asked} where app = $app and session between $first and $last
