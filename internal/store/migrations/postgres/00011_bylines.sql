-- Who wrote a story, by which readers find it.

-- +goose Up

-- The names in the by-lines of each story's live revision.
CREATE TABLE byline (
    name  TEXT COLLATE "C" NOT NULL,
    story TEXT COLLATE "C" NOT NULL REFERENCES story (id),
    PRIMARY KEY (name, story)
);

INSERT INTO byline (name, story)
SELECT DISTINCT b.value, s.id FROM story s JOIN revision r ON r.story = s.id AND r.n = s.live,
    jsonb_array_elements_text(CASE jsonb_typeof(r.content::jsonb -> 'Bylines') WHEN 'array' THEN r.content::jsonb -> 'Bylines' ELSE '[]' END) AS b (value)
WHERE s.state = 'published';
CREATE INDEX byline_story ON byline (story);

CREATE VIEW signed AS
SELECT b.name, b.story FROM byline b JOIN story s ON s.id = b.story WHERE s.state = 'published';
