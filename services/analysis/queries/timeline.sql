-- All that happened in one session, in the order sent.   $session, $most
select
    time,
    kind,
    coalesce(case when kind = 2 then pages.path end, targets.text, names.text, '') as what,
    coalesce(case when kind = 2 then pages.label end, targets.label, '') as label,
    elapsed / 1000.0 as elapsed,
    x, y,
    flags,
    value,
    coalesce(words.text, '') as currency,
    coalesce(props.text, '') as props
from events
left join pages on pages.id = page
left join targets on targets.id = target
left join names on names.id = name
left join words on words.id = currency
left join props on props.id = events.props
where session = $session
order by time, n, i
limit $most
