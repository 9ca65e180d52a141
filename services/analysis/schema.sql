-- The projection: one DuckDB file, a cache of the record. Delete it and it is rebuilt. What no report needs is left out.
--
-- Text is kept once, in the tables after `events`; everywhere else stands its id, 0 for none.
-- Rows are only ever appended (but for the one row of `progress`), so that a past month can be sealed by one COPY.

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

-- Every session ever seen, numbered in the order it was first seen; its id is 128 bits.
create table session_ids (session integer, high ubigint, low ubigint);

-- The facts of a session, from its Start: a session without one is in no report.
create table sessions (
    session integer,
    app integer,
    visitor bigint,         -- 64-bit hash of the visitor's id
    started bigint,         -- UNIX ms
    came_back boolean,
    bot boolean,
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

create table events (
    app integer,
    session integer,
    time bigint,            -- UNIX ms
    n bigint,               -- frame, and
    i usmallint,            -- place in it: the order in which events of the same ms were sent
    kind utinyint,          -- 0 start 1 click 2 page 3 hover 4 seen 5 move 6 custom 7 left
    page integer,           -- pages: the page entered
    target integer,         -- targets: the element clicked, hovered, seen
    name integer,           -- names: of a custom event
    x integer,              -- CSS px on the page
    y integer,
    elapsed integer,        -- ms: on the page before, of the hover, of rest, hovered before the click
    flags utinyint,         -- 1 left without click, 2 clicked, 4 rage, 8 dead, 16 goodbye
    page_w integer,         -- CSS px, at a click
    scroll tinyint,         -- percent of the page before, -1 unknown
    props integer,          -- props: of a custom event (JSON)
    params integer,         -- params: campaign parameters of the page entered (JSON)
    value double,           -- of a custom event
    currency integer        -- words
);

create table apps (id integer, text varchar);
create table pages (id integer, text varchar, path varchar, label varchar);     -- label: its title when first seen
create table targets (id integer, text varchar, label varchar);                 -- label: its words when first clicked
create table names (id integer, text varchar);
create table words (id integer, text varchar);
create table referrers (id integer, text varchar);
create table props (id integer, text varchar);
create table params (id integer, text varchar);
