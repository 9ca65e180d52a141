-- The page views of sessions, a row each.
--   $app; table asked(session): whose
select session, time, n, i, page
from page_views semi join asked using (session)
where app = $app
