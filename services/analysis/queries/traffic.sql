-- traffic(session, visitor, started, direct, name): where the chosen sessions came from. Which of the names of a session's
-- traffic is meant, asked(field) says: campaign, source, medium, term, content, click_id or channel, as GA4 defines them.
-- `name` is a number; traffic_names(name, text) says what it stands for, the empty text for none.
--   tables own(suffix, name): the app's own campaigns; click_ids(place, name, source, medium), asked(field)
set variable asked = (select field from asked);
set variable own = (select map(list(suffix), list(name)) from own);
set variable click_ids = (select list(name order by place) from click_ids);
set variable click_sources = (select list(source order by place) from click_ids);
set variable click_mediums = (select list(medium order by place) from click_ids);

-- What links say is read once for each. Ad networks make another click id for each click, so that there may be more links
-- than memory holds: their texts go into no join, and a bit each says which of them are wanted.
set variable most = (select coalesce(max(id), 0) from params);
set variable links = (select bitstring_agg(params, 0, getvariable('most')) from facts);
create or replace temp table traffic_links as
with links as (
    select
        id as params,
        json_extract_string(
            text, ['campaign', 'utm_campaign', 'utm_source', 'utm_medium', 'utm_term', 'utm_content', 'source', 'ref']
        ) as given,
        list_min([
            list_position(getvariable('click_ids'), key) for key in json_keys(text) if list_contains(getvariable('click_ids'), key)
        ]) as click
    from params where get_bit(getvariable('links'), id) = 1
),
said as (
    select
        params,
        given[2] as utm_campaign,
        coalesce(getvariable('own')[given[1]], utm_campaign, given[1]) as campaign,
        lower(given[3]) as utm_source,
        lower(given[4]) as utm_medium,
        given[5] as term,
        given[6] as content,
        lower(coalesce(given[7], given[8])) as ref,
        getvariable('click_ids')[click] as click_id,
        -- A click id names source and medium where the link does not.
        coalesce(utm_source, case when utm_medium is null then getvariable('click_sources')[click] end) as source,
        coalesce(utm_medium, getvariable('click_mediums')[click]) as medium
    from links
)
select
    params,
    source is not null or medium is not null or utm_campaign is not null as tagged,
    ref,
    case getvariable('asked')
        when 'campaign' then campaign
        when 'source' then source
        when 'medium' then medium
        when 'term' then term
        when 'content' then content
        when 'click_id' then click_id
    end as said
from said;

create or replace temp table traffic_origins as
with known as (
    select
        params, referrer, channel, tagged, ref, said,
        words.text as channel_name,
        nullif(lower(split_part(referrers.text, '/', 1)), '') as host
    from (select distinct params, referrer, channel from facts)
    left join traffic_links using (params)
    left join words on words.id = channel
    left join referrers on referrers.id = referrer
)
select
    params, referrer, channel,
    coalesce(channel_name, '') in ('Direct', '') as direct,
    -- Only what carries no campaign parameters is known by its referrer.
    coalesce(case getvariable('asked')
        when 'source' then case when tagged then said else coalesce(host, ref) end
        when 'medium' then case when tagged then said when host is not null then 'referral' end
        when 'channel' then channel_name
        else said
    end, '') as text
from known;

create or replace temp table traffic_names as
select row_number() over (order by text)::integer as name, text from (select distinct text from traffic_origins);

create or replace temp table traffic as
select session, visitor, started, direct, name
from facts join (from traffic_origins join traffic_names using (text)) using (params, referrer, channel);
