-- What the newsroom sets of its own paper.

-- +goose Up

-- Every state that the masthead ever had; readers see the last. The content is JSON.
CREATE TABLE masthead (
    n       BIGINT PRIMARY KEY,
    content TEXT COLLATE "C" NOT NULL,
    by      TEXT COLLATE "C" NOT NULL,
    reason  TEXT COLLATE "C" NOT NULL,
    at      BIGINT NOT NULL
);
