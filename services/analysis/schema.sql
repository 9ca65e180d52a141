-- The projection: one DuckDB file, a cache of the record. Delete it and it is rebuilt. What no report needs is left out.
--
-- Text is kept once, in the tables at the end; everywhere else stands its id, 0 for none.
-- Rows are only ever appended, so that a past month can be sealed by one COPY; but for the one row of `progress`, and for what
-- is removed (erased visitors, deleted apps, what is kept no longer), whose rows are deleted with the texts and visitors only they held.

-- How far the projection is; written in the same transaction as the rows it speaks of.
create table progress (
    version integer,        -- of this schema; another one means: rebuild
    stage varchar,          -- scanning | overlapping | following
    position varchar,       -- resume token of the change stream, JSON
    overlap_until bigint,   -- cluster time at which the scan ended: what is older may be here already
    frames bigint,
    events bigint,          -- of trackers (n >= 1)
    skipped bigint          -- frames that could not be read
);

-- Frames that were left out, until it is told that they were: written in the same transaction as their position is passed.
create table refused (key blob, why varchar);

-- Every session ever seen, numbered in the order it was first seen; its id is 128 bits.
create table session_ids (session integer, high ubigint, low ubigint);

-- The facts of a session, from its Start: a session without one is in no report.
create table sessions (
    session integer,
    app integer,
    visitor integer,        -- visitors
    started bigint,         -- UNIX ms
    came_back boolean,
    left_out utinyint,      -- in no report: 1 own visit 2 bot 3 referrer spam; 0 counted
    browser integer,        -- words
    os integer,             -- words
    device integer,         -- words
    screen integer,         -- words
    language integer,       -- words
    timezone integer,       -- words
    country integer,        -- words
    channel integer,        -- words
    referrer integer,       -- referrers
    landing integer,        -- pages
    params integer          -- params
);

-- The events, a table for each kind, so that a report reads no more than it asks about. In all of them: app, session, time
-- (UNIX ms), and the order in which events of the same ms were sent: n (frame) and i (place in it).
create table page_views (
    app integer, session integer, time bigint, n bigint, i usmallint,
    page integer,           -- pages: the page entered
    before integer,         -- pages: the page before, 0 where the session begins
    elapsed integer,        -- ms on it
    scroll tinyint,         -- percent of it, -1 unknown
    params integer          -- params: campaign parameters of the page entered (JSON)
);
create table clicks (
    app integer, session integer, time bigint, n bigint, i usmallint,
    target integer,         -- targets: the element clicked
    x integer,              -- CSS px on the page
    y integer,
    elapsed integer,        -- ms hovered before
    flags utinyint,         -- 4 rage, 8 dead
    page integer,           -- pages: where it was, 0 unknown
    page_w integer          -- CSS px: its width, 0 unknown
);
create table hovers (
    app integer, session integer, time bigint, n bigint, i usmallint,
    target integer,         -- targets
    elapsed integer,        -- ms
    flags utinyint          -- 1 left without click, 2 clicked
);
create table seen (
    app integer, session integer, time bigint, n bigint, i usmallint,
    target integer          -- targets
);
create table moves (
    app integer, session integer, time bigint, n bigint, i usmallint,
    x integer,              -- CSS px on the page
    y integer,
    elapsed integer,        -- ms of rest
    page integer,           -- as of clicks
    page_w integer          -- as of clicks; before the first click the screen's
);
create table customs (
    app integer, session integer, time bigint, n bigint, i usmallint,
    name integer,           -- names
    value double,
    currency integer,       -- words
    props integer           -- props (JSON)
);
-- Signs of life that are nothing else: the seed's session record (kind 0), and what the edge saw of the session's end (kind 7).
create table signs (
    app integer, session integer, time bigint, n bigint, i usmallint,
    kind utinyint,
    flags utinyint          -- 16 goodbye
);

-- Marks on events whose own time was not to be believed: they stand at the time they were received.
create table retimed (
    app integer,
    session integer,
    time bigint,            -- of the event
    n bigint,               -- of the event
    i usmallint,            -- of the event
    own bigint              -- UNIX ms, what it said itself, on the server's clock
);

-- All of them in one; a condition on `kind` leaves the other tables unread. What a kind does not have is 0.
create view events as
    select *, 2::utinyint as kind, 0 as target, 0 as name, 0 as x, 0 as y, 0::utinyint as flags, 0 as page_w,
        null::double as value, 0 as currency, 0 as props from page_views
    union all by name select *, 1::utinyint as kind, 0 as name, 0::tinyint as scroll, 0 as params,
        null::double as value, 0 as currency, 0 as props from clicks
    union all by name select *, 3::utinyint as kind, 0 as page, 0 as name, 0 as x, 0 as y, 0 as page_w, 0::tinyint as scroll,
        0 as params, null::double as value, 0 as currency, 0 as props from hovers
    union all by name select *, 4::utinyint as kind, 0 as page, 0 as name, 0 as x, 0 as y, 0 as elapsed, 0::utinyint as flags,
        0 as page_w, 0::tinyint as scroll, 0 as params, null::double as value, 0 as currency, 0 as props from seen
    union all by name select *, 5::utinyint as kind, 0 as target, 0 as name, 0::utinyint as flags,
        0::tinyint as scroll, 0 as params, null::double as value, 0 as currency, 0 as props from moves
    union all by name select *, 6::utinyint as kind, 0 as page, 0 as target, 0 as x, 0 as y, 0 as elapsed, 0::utinyint as flags,
        0 as page_w, 0::tinyint as scroll, 0 as params from customs
    union all by name select *, 0 as page, 0 as target, 0 as name, 0 as x, 0 as y, 0 as elapsed, 0 as page_w,
        0::tinyint as scroll, 0 as params, null::double as value, 0 as currency, 0 as props from signs;

-- What each batch brought of a session: the sums over its rows are the session's.
create table deeds (
    app integer,
    session integer,
    last_sign bigint,       -- UNIX ms
    events integer,         -- of trackers (n >= 1)
    page_views integer,
    clicks integer
);

create table apps (id integer, text varchar);
create table pages (id integer, text varchar, path varchar, label varchar);     -- label: its title when first seen
create table targets (id integer, text varchar, label varchar);                 -- label: its words when first clicked
create table names (id integer, text varchar);
create table words (id integer, text varchar);
create table referrers (id integer, text varchar);
create table props (id integer, text varchar);
create table params (id integer, text varchar);
-- And so are visitors, of whose ids there are hashes alone, of 64 bits.
create table visitors (id integer, hash bigint);
