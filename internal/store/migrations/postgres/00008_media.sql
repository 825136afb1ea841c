-- The pictures of stories, in the same place as the stories: one backup holds both, and no file is ever half there.

-- +goose Up

-- What is kept of an upload but for its points. One that is sent again is the same picture.
CREATE TABLE picture (
    name   TEXT COLLATE "C" PRIMARY KEY,
    kind   TEXT COLLATE "C" NOT NULL,
    width  BIGINT NOT NULL,
    height BIGINT NOT NULL,
    bytes  BIGINT NOT NULL,
    hash   TEXT COLLATE "C" NOT NULL UNIQUE,
    colour TEXT COLLATE "C" NOT NULL,
    by     TEXT COLLATE "C" NOT NULL,
    at     BIGINT NOT NULL,
    file   TEXT COLLATE "C" NOT NULL
);

CREATE INDEX picture_at ON picture (at, name);

CREATE TABLE rendition (
    picture TEXT COLLATE "C" NOT NULL REFERENCES picture (name) ON DELETE CASCADE,
    kind    TEXT COLLATE "C" NOT NULL,
    width   BIGINT NOT NULL,
    height  BIGINT NOT NULL,
    body    BYTEA NOT NULL,
    PRIMARY KEY (picture, kind, width)
);

-- Pictures are compressed already: to try again would only take time.
ALTER TABLE rendition ALTER COLUMN body SET STORAGE EXTERNAL;
