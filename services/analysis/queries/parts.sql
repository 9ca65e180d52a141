-- parts(session, visitor, started, name): the chosen sessions, with a fact of each, in braces, as a number;
-- part_names(name, text) says what it stands for.
--   table asked(field): browser, os, device, screen, language, timezone, country, channel, referrer or visitor
create or replace temp view parts as
select session, visitor, started, {fact} as name from facts;

create or replace temp view part_names as
select id as name, text from words, asked where field not in ('referrer', 'visitor')
union all
select id, text from referrers, asked where field = 'referrer'
union all
select id, text from (values (0, 'new'), (1, 'returning')) as visitors(id, text), asked where field = 'visitor';
