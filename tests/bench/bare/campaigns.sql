-- Who came by which of the bench's campaigns, as plain SQL; what conversions come to is plain SQL in the report too.
--   $start, $end; tables chosen, traffic and traffic_names of traffic.sql
with {visits}

select text, count(*) as sessions, count(distinct visitor) as visitors, avg(bounced::integer) as bounce_rate
from visits join (select session, name from traffic) using (session) join traffic_names using (name)
group by text
order by text
