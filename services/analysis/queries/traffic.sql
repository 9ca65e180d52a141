-- traffic(session, visitor, started, direct, name): where the chosen sessions came from. Which of the names of a session's
-- traffic is meant, asked(field) says: campaign, source, medium, term, content, click_id or channel, as GA4 defines them.
-- `name` is a number; traffic_names(name, text) says what it stands for, the empty text for none.
--   tables own(suffix, name): the app's own campaigns; click_ids(place, name, source, medium), asked(field)
-- What tells sessions apart is read once for all that are alike.
create or replace temp table traffic_origins as
with origins as materialized (
    select params, referrer, channel, row_number() over () as origin from facts group by all
),
given as materialized (
    select origin, text::json as given from origins join params on params.id = origins.params
),
clicked as (
    select origin, arg_min(struct_pack(name, source, medium), place) as clicked
    from given, click_ids where given->>name is not null
    group by origin
),
said as (
    select
        origin,
        coalesce(own.name, given->>'utm_campaign', given->>'campaign') as campaign,
        lower(given->>'utm_source') as utm_source,
        lower(given->>'utm_medium') as utm_medium,
        given->>'utm_campaign' as utm_campaign,
        given->>'utm_term' as term,
        given->>'utm_content' as content,
        lower(coalesce(given->>'source', given->>'ref')) as ref,
        clicked.name as click_id,
        -- A click id names source and medium where the link does not.
        coalesce(utm_source, case when utm_medium is null then clicked.source end) as source,
        coalesce(utm_medium, clicked.medium) as medium
    from given left join clicked using (origin) left join own on given->>'campaign' = own.suffix
),
known as (
    select
        params, referrer, channel, said.* exclude (origin),
        words.text as channel_name,
        nullif(lower(split_part(referrers.text, '/', 1)), '') as host,
        source is not null or medium is not null or utm_campaign is not null as tagged
    from origins
    left join said using (origin)
    left join words on words.id = channel
    left join referrers on referrers.id = referrer
),
named as (
    select
        params, referrer, channel,
        coalesce(channel_name, '') in ('Direct', '') as direct,
        -- Only what carries no campaign parameters is known by its referrer.
        coalesce(case field
            when 'campaign' then campaign
            when 'source' then case when tagged then source else coalesce(host, ref) end
            when 'medium' then case when tagged then medium when host is not null then 'referral' end
            when 'term' then term
            when 'content' then content
            when 'click_id' then click_id
            when 'channel' then channel_name
        end, '') as text
    from known, asked
)
select params, referrer, channel, direct, dense_rank() over (order by text)::integer as name, text from named;

create or replace temp table traffic_names as select distinct name, text from traffic_origins;

create or replace temp table traffic as
select session, visitor, started, direct, name from facts join traffic_origins using (params, referrer, channel);
