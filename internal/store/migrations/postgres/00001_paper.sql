-- The tables of a paper. Times are microseconds since 1970 in UTC; decimals are text, digit for digit as they were
-- written; the content of a revision is JSON.
-- Texts are ordered by their bytes, as SQLite does. The same tables, for the other engine, are in ../sqlite.

-- +goose Up

CREATE TABLE source (
    id      TEXT COLLATE "C" PRIMARY KEY,
    name    TEXT COLLATE "C" NOT NULL,
    kind    TEXT COLLATE "C" NOT NULL,
    home    TEXT COLLATE "C" NOT NULL,
    licence TEXT COLLATE "C" NOT NULL,
    note    TEXT COLLATE "C" NOT NULL,
    fresh   BIGINT NOT NULL
);

-- The distinct series among the observations, so that the newest of each are found without reading them all. Its
-- foreign key stands for the observations', which would cost a lookup per row.
CREATE TABLE track (
    symbol TEXT COLLATE "C" NOT NULL,
    field  TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL REFERENCES source (id),
    PRIMARY KEY (symbol, field, source)
);

CREATE INDEX track_source ON track (source);

-- The key leads to the newest row of a series in one descent.
CREATE TABLE observation (
    symbol TEXT COLLATE "C" NOT NULL,
    field  TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    at     BIGINT NOT NULL,
    seen   BIGINT NOT NULL,
    value  TEXT COLLATE "C" NOT NULL,
    ref    TEXT COLLATE "C" NOT NULL,
    id     TEXT COLLATE "C" NOT NULL UNIQUE,
    PRIMARY KEY (symbol, field, source, at, seen)
);

CREATE TABLE story (
    id        TEXT COLLATE "C" PRIMARY KEY,
    slug      TEXT COLLATE "C" NOT NULL UNIQUE,
    state     TEXT COLLATE "C" NOT NULL,
    section   TEXT COLLATE "C",    -- of the live revision; NULL for a draft, as are the next two
    published BIGINT,
    updated   BIGINT,
    live      BIGINT NOT NULL
);

CREATE INDEX story_published ON story (published);
CREATE INDEX story_section ON story (section, published);

CREATE TABLE revision (
    story     TEXT COLLATE "C" NOT NULL REFERENCES story (id),
    n         BIGINT NOT NULL,
    content   TEXT COLLATE "C" NOT NULL,
    author    TEXT COLLATE "C" NOT NULL,
    reason    TEXT COLLATE "C" NOT NULL,
    at        BIGINT NOT NULL,
    published BIGINT NOT NULL,  -- whether it ever was: its pins never change again
    PRIMARY KEY (story, n)
);

CREATE TABLE pin (
    story      TEXT COLLATE "C" NOT NULL,
    revision   BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    expression TEXT COLLATE "C" NOT NULL,
    symbol     TEXT COLLATE "C" NOT NULL,
    field      TEXT COLLATE "C" NOT NULL,
    value      TEXT COLLATE "C" NOT NULL,
    at         BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    source     TEXT COLLATE "C" NOT NULL,
    how        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (story, revision, n),
    FOREIGN KEY (story, revision) REFERENCES revision (story, n)
);

CREATE INDEX pin_symbol ON pin (symbol);

CREATE TABLE pin_observation (
    story       TEXT COLLATE "C" NOT NULL,
    revision    BIGINT NOT NULL,
    n           BIGINT NOT NULL,
    position    BIGINT NOT NULL,
    observation TEXT COLLATE "C" NOT NULL REFERENCES observation (id),
    PRIMARY KEY (story, revision, n, position),
    FOREIGN KEY (story, revision, n) REFERENCES pin (story, revision, n)
);

CREATE INDEX pin_observation_observation ON pin_observation (observation);

-- What readers may see, and all that reader.go may name: published stories in the revision that is shown.
CREATE VIEW article AS
SELECT s.id, s.slug, s.section, s.published, s.updated, s.live AS revision, r.content
FROM story s JOIN revision r ON r.story = s.id AND r.n = s.live
WHERE s.state = 'published';

-- The pins of articles, one row for each observation they rest on.
CREATE VIEW printed AS
SELECT p.story, p.n, p.expression, p.symbol, p.field, p.value, p.at, p.seen, p.source, p.how, o.position, o.observation
FROM story s JOIN pin p ON p.story = s.id AND p.revision = s.live
    LEFT JOIN pin_observation o ON o.story = p.story AND o.revision = p.revision AND o.n = p.n
WHERE s.state = 'published';
