-- parts(session, name): a fact of each chosen session as a number; part_names(name, text) says what it stands for.
--   table asked(field): browser, os, device, screen, language, timezone, country, channel, referrer or visitor
create or replace temp table parts as
select
    session,
    case field
        when 'browser' then browser
        when 'os' then os
        when 'device' then device
        when 'screen' then screen
        when 'language' then language
        when 'timezone' then timezone
        when 'country' then country
        when 'channel' then channel
        when 'referrer' then referrer
        when 'visitor' then came_back::integer
    end as name
from (select session from chosen) join sessions using (session), asked;

create or replace temp table part_names as
select id as name, text from words, asked where field not in ('referrer', 'visitor')
union all
select id, text from referrers, asked where field = 'referrer'
union all
select id, text from (values (0, 'new'), (1, 'returning')) as visitors(id, text), asked where field = 'visitor';
