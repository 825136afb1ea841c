-- What the newsroom sets of its own paper.

-- +goose Up

-- Every state that the masthead ever had; readers see the last. The content is JSON.
CREATE TABLE masthead (
    n       INTEGER PRIMARY KEY,
    content TEXT NOT NULL,
    by      TEXT NOT NULL,
    reason  TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
