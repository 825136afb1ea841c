-- What the wire needs: more of each source, what is held back, what was fetched, and who fetches.

-- +goose Up

ALTER TABLE source ADD COLUMN issuer TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN terms TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN attribution TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE source ADD COLUMN ahead BIGINT NOT NULL DEFAULT 0;

-- Values that are not believed. They stand apart from observations, so that no query of those can ever find them.
CREATE TABLE held (
    id      TEXT COLLATE "C" PRIMARY KEY,
    symbol  TEXT COLLATE "C" NOT NULL,
    field   TEXT COLLATE "C" NOT NULL,
    source  TEXT COLLATE "C" NOT NULL REFERENCES source (id),
    at      BIGINT NOT NULL,
    seen    BIGINT NOT NULL,
    value   TEXT COLLATE "C" NOT NULL,
    ref     TEXT COLLATE "C" NOT NULL,
    reason  TEXT COLLATE "C" NOT NULL,
    text    TEXT COLLATE "C" NOT NULL,
    state   TEXT COLLATE "C" NOT NULL,
    decided BIGINT,       -- NULL while it waits, as is the last
    by      TEXT COLLATE "C" NOT NULL,
    note    TEXT COLLATE "C" NOT NULL,
    became  TEXT COLLATE "C" REFERENCES observation (id)
);

CREATE INDEX held_state ON held (state, seen);

-- What was fetched, by source and moment, which is the Seen of all that was read of it. The body is dropped after some
-- days; its hash stays.
CREATE TABLE reply (
    source  TEXT COLLATE "C" NOT NULL,
    fetched BIGINT NOT NULL,
    path    TEXT COLLATE "C" NOT NULL,
    status  BIGINT NOT NULL,
    hash    TEXT COLLATE "C" NOT NULL,
    size    BIGINT NOT NULL,
    problem TEXT COLLATE "C" NOT NULL,
    body    BYTEA,
    PRIMARY KEY (source, fetched, path)
);

CREATE INDEX reply_fetched ON reply (fetched);

-- How each provider fares, as JSON.
CREATE TABLE fetching (
    source TEXT COLLATE "C" PRIMARY KEY,
    status TEXT COLLATE "C" NOT NULL
);

-- Who may speak for a name, and since the how manieth change of hands.
CREATE TABLE lease (
    name    TEXT COLLATE "C" PRIMARY KEY,
    holder  TEXT COLLATE "C" NOT NULL,
    epoch   BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
