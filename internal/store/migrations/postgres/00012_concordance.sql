-- By which words published stories are found.

-- +goose Up

-- Of each published story its place in the concordance, which is when it was first published, or the next microsecond that
-- is free: so the newest are read first. Names are what is looked through for a word that is spelled nearly so.
CREATE TABLE place (
    story TEXT COLLATE "C" PRIMARY KEY REFERENCES story (id),
    place BIGINT NOT NULL UNIQUE,
    names TEXT NOT NULL
);

-- The words of the story at each place; see news.Keywords. They lie beside the row, so that the newest of a hundred thousand
-- are found without reading what they say.
CREATE TABLE concordance (
    place BIGINT PRIMARY KEY,
    words TSVECTOR NOT NULL
) WITH (toast_tuple_target = 128);

CREATE INDEX concordance_words ON concordance USING gin (words) WITH (fastupdate = off);
