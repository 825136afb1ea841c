-- By which words published stories are found.

-- +goose Up

-- Of each published story its place in the concordance, which is when it was first published, or the next microsecond that
-- is free: so the newest are read first. Names are what is looked through for a word that is spelled nearly so.
CREATE TABLE place (
    story TEXT PRIMARY KEY REFERENCES story (id),
    place INTEGER NOT NULL UNIQUE,
    names TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The words of the story at each place; see news.Keywords. They come folded, and only they are kept, not the texts.
CREATE VIRTUAL TABLE concordance USING fts5 (headline, names, said, content='', contentless_delete=1,
    tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
