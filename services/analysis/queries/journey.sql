-- The page views of sessions, a row each.
--   $app; table asked(session): whose
select session, time, n, i, page
from events semi join asked using (session)
where app = $app and kind = 2
