-- What is being written and is no revision yet, and what the newsroom says of stories among itself.

-- +goose Up

-- Of each person one copy of each story. A new story has copies before it has a row of its own, so nothing is referred to.
CREATE TABLE copy (
    story    TEXT COLLATE "C" NOT NULL,
    person   TEXT COLLATE "C" NOT NULL,
    n        BIGINT NOT NULL,
    based_on BIGINT NOT NULL,
    content  TEXT NOT NULL, -- JSON
    at       BIGINT NOT NULL,
    PRIMARY KEY (story, person)
);

CREATE INDEX copy_person ON copy (person, at);

CREATE TABLE note (
    story    TEXT COLLATE "C" NOT NULL,
    n        BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    person   TEXT COLLATE "C" NOT NULL,
    text     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    settled  BIGINT,           -- NULL while it is open
    settler  TEXT COLLATE "C" NOT NULL, -- empty while it is open
    PRIMARY KEY (story, n)
);

-- The desk lists stories by when each was last saved, without reading their texts for it.
CREATE INDEX revision_saved ON revision (story, n, at);
